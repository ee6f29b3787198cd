// g++ 12 lays out the frame of a coroutine wrongly when co_await stands in a condition and the body
// declares no local variable: the promise is then not where coroutine_handle looks for it. The
// check in core/task.hpp must refuse such a coroutine at creation, on the compiler that makes it.
#include <catch2/catch.hpp>

#include "core/simulation.hpp"

using namespace fencelab::core;

namespace {

struct Ready {
  int value;
  bool await_ready() const { return true; }
  void await_suspend(std::coroutine_handle<>) const {}
  int await_resume() const { return value; }
};

Task<> await_in_if(int i) {
  if (co_await Ready{1} == i) co_await Ready{2};
}
Task<> await_in_while(int i) {
  while (!co_await Ready{1}) co_await Ready{i};
}
Task<> await_in_for(int i) {
  for (; !co_await Ready{1};) co_await Ready{i};
}
Task<> await_in_switch(int i) {
  switch (co_await Ready{1}) {
    case 1: co_await Ready{i}; break;
    default: break;
  }
}

Task<> hoisted_if(int i) {
  const int got = co_await Ready{1};
  if (got == i) co_await Ready{2};
}
Task<> hoisted_loop(int i) {
  for (int turn = 0; turn < i; ++turn) {
    const int got = co_await Ready{1};
    if (got) co_await Ready{2};
  }
}
Task<int> with_value(int i) {
  const int got = co_await Ready{i};
  co_return got;
}

#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ == 12
constexpr bool kLaysOutWrongly = true;
#else
constexpr bool kLaysOutWrongly = false;
#endif

template <class Make>
void check_bad(Make make) {
  if (kLaysOutWrongly)
    CHECK_THROWS_AS(make(1), InternalError);
  else
    CHECK_NOTHROW(make(1));
}

}  // namespace

TEST_CASE("A frame laid out wrongly is refused when it is made, with the cause") {
  check_bad(await_in_if);
  check_bad(await_in_while);
  check_bad(await_in_for);
  check_bad(await_in_switch);
  if (kLaysOutWrongly)
    CHECK_THROWS_WITH(await_in_if(1), Catch::Contains("co_await in a condition"));
}

TEST_CASE("Hoisted awaits are laid out rightly by every compiler") {
  CHECK_NOTHROW(hoisted_if(1));
  CHECK_NOTHROW(hoisted_loop(3));
  CHECK_NOTHROW(with_value(3));
  Simulation simulation;
  simulation.spawn({"if"}, hoisted_if(1));
  simulation.spawn({"loop"}, hoisted_loop(3));
  simulation.run();
  CHECK(simulation.unfinished() == 0);
}
