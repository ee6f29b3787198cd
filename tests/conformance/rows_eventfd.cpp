// Row T49: eventfds of syncobjs (IGT tests/syncobj_eventfd.c).
#include "tests/conformance/rows.hpp"

using namespace fencelab::rows;

TEST_CASE("T49: an eventfd counts when its point signals, or with AVAILABLE when it is submitted") {
  const bool available = GENERATE(false, true);
  Rig rig;
  const SyncobjPtr syncobj = Syncobj::make(rig.simulation);
  EventCounter before_submit(rig.simulation), before_signal(rig.simulation),
      after_signal(rig.simulation);
  before_submit.watch(*syncobj, 2, available);
  CHECK(before_submit.read() == 0);
  syncobj->add_point(rig.a.fence_at(1), 2);
  before_signal.watch(*syncobj, 2, available);
  for (EventCounter* counter : {&before_submit, &before_signal})
    CHECK(counter->read() == (available ? 1 : 0));
  rig.a.advance_to(1);
  for (EventCounter* counter : {&before_submit, &before_signal})
    CHECK(counter->read() == (available ? 0 : 1));
  after_signal.watch(*syncobj, 2, available);
  CHECK(after_signal.read() == 1);
  CHECK(after_signal.read() == 0);
}

TEST_CASE("T49: an eventfd of a point that never came is forgotten with its syncobj") {
  Rig rig;
  EventCounter counter(rig.simulation);
  {
    const SyncobjPtr syncobj = Syncobj::make(rig.simulation);
    counter.watch(*syncobj, 2, false);
  }
  CHECK(counter.read() == 0);
}
