#include "models/platform/simgrid/simgrid_engine.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <csignal>
#include <exception>
#include <limits>
#include <simgrid/kernel/resource/Model.hpp>
#include <stdexcept>
#include <string>
#include <utility>

#include "core/assert.hpp"
#include "models/platform/shared_hardware.hpp"

namespace fencelab::models::platform {

namespace sg = simgrid::s4u;
using core::Time;

namespace {

constexpr double kNanosecondsPerSecond = 1e9;
/// SimGrid ends activities that are due within this of its present, in seconds. A tenth of our
/// unit.
constexpr double kFinestPrecision = 1e-10;

double date_of(Time at) {
  return static_cast<double>(core::nanoseconds_of(at)) / kNanosecondsPerSecond;
}

Time instant_of(double date) {
  const double nanoseconds = date * kNanosecondsPerSecond;
  // The largest double below 2^63; anything later cannot be told from never.
  if (!(nanoseconds < 9223372036854774784.0)) return core::kNever;
  return Time(core::Duration(std::llround(nanoseconds)));
}

/// SimGrid takes over Ctrl-C, segmentation faults and std::terminate. A crash of ours must look
/// like one to whoever waits for this process.
class KeptHandlers {
 public:
  KeptHandlers() {
    for (std::size_t i = 0; i < kSignals.size(); ++i) sigaction(kSignals[i], nullptr, &before_[i]);
  }
  ~KeptHandlers() {
    for (std::size_t i = 0; i < kSignals.size(); ++i) sigaction(kSignals[i], &before_[i], nullptr);
    std::set_terminate(terminate_);
  }
  KeptHandlers(const KeptHandlers&) = delete;
  KeptHandlers& operator=(const KeptHandlers&) = delete;

 private:
  static constexpr std::array kSignals = {SIGINT, SIGSEGV, SIGBUS};
  std::array<struct sigaction, kSignals.size()> before_{};
  std::terminate_handler terminate_ = std::get_terminate();
};

sg::Engine* create_engine() {
  if (sg::Engine::has_instance())
    throw std::logic_error(
        "this process has had a SimGrid engine already, whose clock a second one would inherit: "
        "run each simulation that shares hardware in a process of its own (run_isolated)");
  const KeptHandlers kept;
  std::vector<std::string> arguments = simgrid_arguments(kFinestPrecision);
  std::vector<char*> pointers;
  pointers.reserve(arguments.size() + 1);
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  int count = static_cast<int>(pointers.size());
  pointers.push_back(nullptr);
  return new sg::Engine(&count, pointers.data());
}

}  // namespace

SimgridEngine::SimgridEngine(const HardwareDescription& description)
    : engine_(create_engine()),
      platform_(build_platform(*engine_, description)),
      foresees_all_(description.simgrid_platform_file.empty()),
      precision_(kFinestPrecision) {
  sg::Activity::on_completion_cb(&SimgridEngine::on_completion);
}

// The sg::Engine is not deleted: SimGrid 3.32 cannot make another one in this process that starts
// afresh, and as long as it is there a second SimgridEngine knows that it is one too many.
SimgridEngine::~SimgridEngine() {
  for (const auto& activity : activities_)
    if (activity->listener != nullptr) abandon(*activity);
  cancel_abandoned();
  for (const auto& activity : activities_) activity->handle->set_data(nullptr);
}

// ---------------------------------------------------------------- activities

Activity* SimgridEngine::start(const Demand& demand, CompletionListener& listener) {
  // SimGrid does not report an activity that fails as it starts.
  if (demand.kind == Demand::Kind::transfer && !platform_.routes.at(demand.link).is_on()) {
    listener.on_over(true);
    return nullptr;
  }
  auto activity = std::make_unique<Activity>();
  activity->engine = this;
  activity->listener = &listener;
  activity->sequence = ++sequence_;
  activity->index = activities_.size();
  activity->handle = launch(demand, *activity);
  next_.reset();
  activities_.push_back(std::move(activity));
  return activities_.back().get();
}

sg::ActivityPtr SimgridEngine::launch(const Demand& demand, Activity& activity) {
  if (demand.kind == Demand::Kind::transfer) {
    const SimgridRoute& route = platform_.routes.at(demand.link);
    sg::CommPtr comm = sg::Comm::sendto_init(route.from, route.to);
    comm->set_data(&activity);
    comm->set_payload_size(demand.amount);
    comm->start();
    return comm;
  }
  const bool compute = demand.kind == Demand::Kind::compute;
  sg::Host* const host = compute ? platform_.cpu : platform_.disk;
  FENCELAB_ASSERT(host != nullptr, "no host for a demand of kind {}",
                  static_cast<int>(demand.kind));
  // CPU time is what the work takes alone on a core, however fast a platform file says that is.
  const double flops = compute ? host->get_speed() / kNanosecondsPerSecond : 1.0;
  sg::ExecPtr exec = sg::Exec::init();
  exec->set_data(&activity);
  exec->set_flops_amount(static_cast<double>(demand.amount) * flops)->set_host(host);
  if (demand.weight != 1) exec->set_priority(demand.weight);
  exec->start();
  return exec;
}

void SimgridEngine::reweigh(Activity& activity, double weight) {
  static_cast<sg::Exec&>(*activity.handle).update_priority(weight);
  next_.reset();
}

// SimGrid tells of a cancelled activity twice: at once, and as failed when it has let go of it.
void SimgridEngine::on_completion(const sg::Activity& handle) {
  auto* const activity = handle.get_data<Activity>();
  if (activity == nullptr || handle.get_state() == sg::Activity::State::CANCELED) return;
  SimgridEngine& engine = *activity->engine;
  activity->over = true;
  activity->failed = handle.get_state() == sg::Activity::State::FAILED;
  (activity->listener ? engine.over_ : engine.dropped_).push_back(activity);
}

void SimgridEngine::abandon(Activity& activity) {
  activity.listener = nullptr;
  ++abandoned_;
}

void SimgridEngine::cancel_abandoned() {
  if (abandoned_ == 0) return;
  for (const auto& activity : activities_)
    if (activity->listener == nullptr && !activity->over) activity->handle->cancel();
  step(sg::Engine::get_clock());
}

void SimgridEngine::forget(Activity& activity) {
  const std::size_t index = activity.index;
  std::swap(activities_[index], activities_.back());
  activities_[index]->index = index;
  activities_.pop_back();
}

void SimgridEngine::hand_out_completions() {
  // Activities that end together leave SimGrid in the order of their addresses.
  std::sort(over_.begin(), over_.end(),
            [](const Activity* a, const Activity* b) { return a->sequence < b->sequence; });
  for (Activity* activity : std::exchange(over_, {})) {
    CompletionListener* const listener = activity->listener;
    const bool failed = activity->failed;
    forget(*activity);
    if (listener != nullptr)
      listener->on_over(failed);
    else
      --abandoned_;
  }
}

// ---------------------------------------------------------------- time

Time SimgridEngine::now() const { return instant_of(sg::Engine::get_clock()); }

// The clocks agree when SimGrid's rounds to ours. What follows an activity that ended 0.4 ns before
// our instant then starts in SimGrid where that one ended: a chain of activities gathers no error.
void SimgridEngine::synchronise(Time at) {
  while (now() < at) step(date_of(at));
}

bool SimgridEngine::advance(Time until) {
  if (has_completions()) return false;
  if (activities_.empty()) return true;
  const Time next = next_completion();
  if (next == core::kNever || next > until) {
    if (foresees_all_) return true;
    if (now() >= until) return true;
    const double before = sg::Engine::get_clock();
    step(until == core::kNever ? -1 : date_of(until));
    return sg::Engine::get_clock() == before && over_.empty();
  }
  step(-1);
  return false;
}

Time SimgridEngine::next_completion() {
  if (!next_) {
    const double seconds = seconds_to_next_event();
    next_ = seconds < 0 ? core::kNever : instant_of(sg::Engine::get_clock() + seconds);
  }
  return *next_;
}

/// What SimGrid computes at the start of each of its rounds; negative if nothing lies ahead.
double SimgridEngine::seconds_to_next_event() const {
  double earliest = -1;
  for (auto* const model : engine_->get_all_models()) {
    const double seconds = model->next_occurring_event(sg::Engine::get_clock());
    // Asking may itself find an activity done.
    if (!model->get_finished_action_set()->empty()) return 0;
    if (seconds >= 0 && (earliest < 0 || seconds < earliest)) earliest = seconds;
  }
  return earliest;
}

// SimGrid's loop ends after a round if some activity was vetoed; a set of vetoed ones that is never
// empty makes it end after each. By itself run_until goes on past ends of activities, and is exact
// to 10 microseconds only.
void SimgridEngine::step(double date) {
  const bool foreseen = next_ && *next_ != core::kNever;
  keep_precision(std::max({date, sg::Engine::get_clock(), foreseen ? date_of(*next_) : 0.0}));
  next_.reset();
  engine_->track_vetoed_activities(&step_marker_);
  engine_->run_until(date);
  engine_->track_vetoed_activities(nullptr);
  for (Activity* activity : std::exchange(dropped_, {})) {
    --abandoned_;
    forget(*activity);
  }
}

// Two dates that should be equal must be within the precision, or SimGrid misses the end of an
// activity for good. After six days a tenth of a nanosecond is finer than its clock.
void SimgridEngine::keep_precision(double date) {
  const double coarsest_step = std::nextafter(date, std::numeric_limits<double>::max()) - date;
  if (4 * coarsest_step <= precision_) return;
  precision_ = 8 * coarsest_step;
  sg::Engine::set_config("surf/precision", precision_);
}

}  // namespace fencelab::models::platform
