// fencelab replay: tokens and files, and what is said when they do not fit.
#include "tests/cli/mistakes.hpp"

using namespace fencelab::testing;

namespace {

using Arguments = std::vector<std::string>;

Outcome replay(const Arguments& more) {
  Arguments arguments{"replay"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return run_fencelab(arguments, {}, FENCELAB_SOURCE_DIR);
}

const std::string kToken = "v1:00000000:renderer/submit.submit,renderer/stream.alloc=target";
const std::string kFence = "scenarios/library/indefinite-fence.json";

}  // namespace

TEST_CASE("a token that is none is refused with the step that is wrong", "[cli]") {
  const std::vector<std::pair<std::string, std::string>> mistakes = {
      {"v1:00000000:a.b,c", "fencelab: replay: step 2 (\"c\"): expected process.operation"},
      {"v9:00000000:a.b", "\"v9\" is no version of tokens"},
      {"v1:a.b", "\"a.b\" is no hash"},
      {"no-such-file", "cannot read the schedule: No such file or directory"},
      {"", "cannot read the schedule"},
      {".", "cannot read the schedule: Is a directory"},
      {kFence, "this is no schedule to replay"}};
  for (const auto& [token, words] : mistakes) {
    const Outcome outcome = replay({token});
    INFO(outcome.err);
    check_refused(outcome);
    CHECK(outcome.err.find(words) != std::string::npos);
  }
}

TEST_CASE("a token of an unknown scenario asks for one, and does not guess", "[cli]") {
  const Outcome outcome = replay({kToken});
  check_refused(outcome);
  CHECK(outcome.err.find("is the one that the schedule was made for (00000000)") !=
        std::string::npos);
  CHECK(outcome.err.find("expected --scenario FILE and --stack NAME") != std::string::npos);
}

TEST_CASE("a token of a scenario that has changed is followed by names, with a warning", "[cli]") {
  const Outcome outcome = replay({kToken, "--scenario", kFence, "--stack", "kernel-future-fence"});
  INFO(outcome.err);
  CHECK(is_sound(outcome));
  CHECK(outcome.exit_code == 1);  // it was made up
  CHECK(outcome.err.find("warning: the schedule was made for 00000000, and indefinite-fence under "
                         "kernel-future-fence is ") != std::string::npos);
}

namespace {

/// The hash that a run has now, from the warning that another one is not it.
std::string hash_of(const Arguments& more) {
  Arguments arguments{kToken};
  arguments.insert(arguments.end(), more.begin(), more.end());
  const std::string said = replay(arguments).err;
  INFO(said);
  const std::size_t end = said.find(" now: something has changed since");
  REQUIRE(end != std::string::npos);
  return said.substr(end - 8, 8);
}

}  // namespace

TEST_CASE("the hash of a token finds its run among all of the library", "[cli]") {
  const std::string hash = hash_of({"--scenario", kFence, "--stack", "kernel-future-fence"});
  const Outcome outcome = replay({"v1:" + hash + ":renderer/submit.submit"});
  INFO(outcome.err);
  CHECK(outcome.exit_code == 1);  // the schedule is made up, but there is no doubt whose it is
  CHECK(outcome.err.find("something has changed") == std::string::npos);
  CHECK(outcome.err.find("is the one that") == std::string::npos);
}

TEST_CASE("the hash of a run changes with what decides it, and not with names or prose", "[cli]") {
  const Arguments run = {"--scenario", kFence, "--stack", "kernel-future-fence"};
  const auto with = [&](const Arguments& more) {
    Arguments arguments = run;
    arguments.insert(arguments.end(), more.begin(), more.end());
    return hash_of(arguments);
  };
  const std::string hash = hash_of(run);
  for (const char* const same : {"/title=other", "/expect/linux-implicit/verdict=deadlock",
                                 "/description=x", "/stacks/2/axes/hang/timeout=11 s"})
    CHECK(with({"--set", same}) == hash);
  CHECK(with({"--set", "/buffers/0/size=65 MiB"}) != hash);
  CHECK(with({"--set", "/stacks/4/axes/hang=tdr"}) != hash);
  CHECK(with({"--seeds", "7"}) != hash);
}

TEST_CASE("a schedule in a file brings its scenario and its stack", "[cli]") {
  const TemporaryFolder folder;
  const auto file = [&](const std::string& token, const std::string& stack) {
    return folder.file("s.replay", R"({"format": "fencelab-replay", "version": 1, "scenario": ")" +
                                       kFence + R"(", "stack": ")" + stack + R"(", "token": ")" +
                                       token + R"("})");
  };
  const Outcome outcome = replay({file(kToken, "kernel-future-fence")});
  CHECK(is_sound(outcome));
  CHECK(outcome.exit_code == 1);
  CHECK(outcome.err.find("indefinite-fence under kernel-future-fence is ") != std::string::npos);
  check_refused(replay({file(kToken, "none")}));
  check_refused(replay({file("v1:x", "kernel-future-fence")}));
  check_refused(
      replay({folder.file("s.replay", R"({"format": "fencelab-replay", "version": 2})")}));
  check_refused(
      replay({folder.file("s.replay", R"({"format": "fencelab-replay", "version": 1})")}));
}

TEST_CASE("what check proves comes with a schedule, and replay gets stuck along it", "[cli]") {
  const TemporaryFolder folder;
  const Outcome checked =
      run_fencelab({"check", kFence, "--stack", "kernel-future-fence", "--strength", "proved",
                    "--out", folder.path("out"), "--quiet"},
                   {}, FENCELAB_SOURCE_DIR);
  INFO(checked.out << checked.err);
  CHECK(checked.exit_code == 0);
  CHECK(checked.out.find("deadlock  proved") != std::string::npos);
  std::string file;
  for (const std::string& name : files_below(folder.path("out")))
    if (name.ends_with(".replay")) file = folder.path("out/" + name);
  REQUIRE(!file.empty());
  const Outcome replayed = replay({file});
  INFO(replayed.out << replayed.err);
  CHECK(replayed.exit_code == 0);
  CHECK(replayed.out.find("stuck for good: ") != std::string::npos);
  CHECK(replayed.out.find("\nthe same core as when it was found\n") != std::string::npos);
  CHECK(replay({file, "--steps"}).out.find("submit") != std::string::npos);
  // Under a stack that waits in user space the same steps do not fit, and it is said where.
  const Outcome other = replay({file, "--stack", "linux-implicit"});
  CHECK(other.exit_code == 1);
  CHECK(other.err.find("replay: step ") != std::string::npos);
  CHECK(other.err.find("warning: policy of sync was implicit ") != std::string::npos);
  CHECK(other.out.find("\nnot the core that was found: ") != std::string::npos);
}

TEST_CASE("one class for all fences is what prediction may be asked for", "[cli]") {
  const std::vector<std::string> asked = {"check",      "scenarios/library/vm-bind-pipeline.json",
                                          "--stack",    "sync",
                                          "--strength", "predicted",
                                          "--quiet"};
  CHECK(run_fencelab(asked, {}, FENCELAB_SOURCE_DIR).exit_code == 0);
  std::vector<std::string> one = asked;
  one.push_back("--one-fence-class");
  const Outcome outcome = run_fencelab(one, {}, FENCELAB_SOURCE_DIR);
  INFO(outcome.out << outcome.err);
  CHECK(outcome.exit_code == 1);
  CHECK(outcome.err.find("lock-in-signalling-section") != std::string::npos);
  CHECK(outcome.err.find("all dma_fences are one class") != std::string::npos);
}

TEST_CASE("a paranoid check says what it sampled, and finds nothing", "[cli]") {
  const TemporaryFolder folder;
  const Outcome outcome = run_fencelab({"check", kFence, "--stack", "linux-implicit", "--paranoid",
                                        "--out", folder.path("out"), "--quiet"},
                                       {}, FENCELAB_SOURCE_DIR);
  INFO(outcome.out << outcome.err);
  CHECK(outcome.exit_code == 0);
  const std::string text = read_file(folder.path("out/check.json"));
  CHECK(text.find("pairs of steps in both orders") != std::string::npos);
  CHECK(text.find(": 0 differences") != std::string::npos);
}

TEST_CASE("a bound that was hit is never a proof", "[cli]") {
  const TemporaryFolder folder;
  const auto check = [&](const Arguments& more) {
    Arguments arguments = {
        "check",   kFence,      "--stack", "user-queues-preempt-ctx", "--out", folder.path("out"),
        "--quiet", "--strength"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_fencelab(arguments, {}, FENCELAB_SOURCE_DIR);
  };
  const Outcome late = check({"proved", "--max-steps", "200"});
  INFO(late.out << late.err);
  CHECK(late.exit_code == 1);
  CHECK(late.out.find("explored(") != std::string::npos);
  CHECK(late.err.find("[strength-not-reached]") != std::string::npos);
  const Outcome bounded = check({"proved", "--preemptions", "1", "--budget", "10 min"});
  INFO(bounded.out << bounded.err);
  CHECK(bounded.exit_code == 1);
  CHECK(bounded.err.find("preemptions") != std::string::npos);
  CHECK(check({"explored", "--max-steps", "200"}).exit_code == 0);
}
