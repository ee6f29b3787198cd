// A SimGrid platform file in place of a description: routes, duplex links, profiles, mistakes.
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "tests/models/platform/rig.hpp"

namespace fencelab::models::platform::test {

namespace {

constexpr const char* kTwoGpus = R"(
    <host id="gpu0" speed="1Gf"/>
    <host id="gpu1" speed="1Gf"/>
    <host id="dram" speed="3Gf" core="2"/>
    <link id="slot0" bandwidth="1GBps" latency="500ns"/>
    <link id="slot1" bandwidth="1GBps" latency="0ns" sharing_policy="SPLITDUPLEX"/>
    <link id="root" bandwidth="1GBps" latency="100ns"/>
    <route src="gpu0" dst="dram"><link_ctn id="slot0"/><link_ctn id="root"/></route>
    <route src="gpu1" dst="dram" symmetrical="NO">
      <link_ctn id="slot1" direction="UP"/><link_ctn id="root"/>
    </route>
    <route src="dram" dst="gpu1" symmetrical="NO"><link_ctn id="slot1" direction="DOWN"/></route>
    <route src="gpu0" dst="gpu1"><link_ctn id="slot0"/></route>)";

/// A platform file around `content`, in which PROFILE names a file that holds `profile`. Both are
/// removed at the end of the test. (SimGrid 3.32 does not take profiles inside the platform file.)
class PlatformFile {
 public:
  explicit PlatformFile(std::string content, const std::string& profile = {}) {
    const auto folder = std::filesystem::temp_directory_path();
    path_ = folder / fmt::format("fencelab-platform-{}.xml", ::getpid());
    profile_ = folder / fmt::format("fencelab-profile-{}.txt", ::getpid());
    std::ofstream(profile_) << profile;
    const std::size_t name = content.find("PROFILE");
    if (name != std::string::npos) content.replace(name, 7, profile_.filename().string());
    std::ofstream(path_) << "<?xml version='1.0'?>\n"
                            "<!DOCTYPE platform SYSTEM \"https://simgrid.org/simgrid.dtd\">\n"
                            "<platform version=\"4.1\"><zone id=\"world\" routing=\"Full\">"
                         << content << "</zone></platform>\n";
  }
  ~PlatformFile() {
    std::filesystem::remove(path_);
    std::filesystem::remove(profile_);
  }
  PlatformFile(const PlatformFile&) = delete;
  PlatformFile& operator=(const PlatformFile&) = delete;

  HardwareDescription with_links(std::vector<std::string> names) const {
    HardwareDescription hardware{.simgrid_platform_file = path_};
    for (std::string& name : names) hardware.links.push_back({.name = std::move(name)});
    return hardware;
  }

 private:
  std::filesystem::path path_, profile_;
};

}  // namespace

TEST_CASE("routes that cross at a link of the file share it", "[platform]") {
  const PlatformFile file(kTwoGpus);
  // gpu0 pays 600 ns and is alone until gpu1 has paid its 100 ns, so the other way round: gpu1
  // moves 500 bytes alone, then both share. gpu1 is over at 600 + 2 x 500 ns; gpu0's last 500
  // alone.
  CHECK(log_of(file.with_links({"gpu0->dram", "gpu1->dram"}), [](Rig& rig) {
          rig.spawn("a", copy(rig, "a", 0, 1000));
          rig.spawn("b", copy(rig, "b", 1, 1000));
        }) == "b 1600 1600\na 2100 2100\n");
}

TEST_CASE("latency does not bias how a link is shared", "[platform]") {
  // TCP would give the nearer one more. Both begin to move at 600 ns and are equal from then on.
  const PlatformFile file(kTwoGpus);
  CHECK(log_of(file.with_links({"gpu0->dram", "gpu1->dram"}), [](Rig& rig) {
          rig.spawn("a", copy(rig, "a", 0, 100'000));
          rig.spawn("b", copy(rig, "b", 1, 100'000, 500ns));
        }) == "a 200600 200600\nb 200600 200100\n");
}

TEST_CASE("the directions of a split duplex link are independent, of another link are not",
          "[platform]") {
  const PlatformFile file(kTwoGpus);
  CHECK(log_of(file.with_links({"slot1_DOWN", "gpu1->dram"}), [](Rig& rig) {
          rig.spawn("down", copy(rig, "down", 0, 1000));
          rig.spawn("up", copy(rig, "up", 1, 1000));
        }) == "down 1000 1000\nup 1100 1100\n");
  CHECK(log_of(file.with_links({"gpu0->gpu1", "gpu1->gpu0"}), [](Rig& rig) {
          rig.spawn("to", copy(rig, "to", 0, 1000));
          rig.spawn("from", copy(rig, "from", 1, 1000));
        }) == "to 2500 2500\nfrom 2500 2500\n");
}

TEST_CASE("a link's name stands for that link alone", "[platform]") {
  const PlatformFile file(kTwoGpus);
  CHECK(log_of(file.with_links({"slot0"}),
               [](Rig& rig) { rig.spawn("a", copy(rig, "a", 0, 1000)); }) == "a 1500 1500\n");
  CHECK_THAT(
      log_of(file.with_links({"root"}), [](Rig& rig) { rig.spawn("a", copy(rig, "a", 0, 1000)); }),
      Catch::Contains("joined by link 'root' alone"));
}

TEST_CASE("cores and disk come with a platform file too", "[platform]") {
  const PlatformFile file(kTwoGpus);
  HardwareDescription hardware = file.with_links({"slot0"});
  hardware.simgrid_cpu_host = "dram";
  hardware.disk_bytes_per_second = kGigabytePerSecond;
  const auto set_up = [](Rig& rig) {
    for (int i = 0; i < 4; ++i) rig.spawn("c", compute(rig, "c", 1us));
    rig.spawn("d", access_disk(rig, "d", 500, false));
  };
  CHECK(log_of(hardware, set_up) ==
        "d 500 500\nc 2000 2000\nc 2000 2000\nc 2000 2000\nc 2000 2000\n");
}

TEST_CASE("a bandwidth profile is followed at its dates while our events go on", "[platform]") {
  // A tenth of the speed from 1 ms to 2 ms: 1 MB, then 0.1 MB, then the other 0.9 MB. (SimGrid 3.32
  // never lets a transfer go faster than the link was when it began.)
  const PlatformFile file(R"(
    <host id="a" speed="1Gf"/><host id="b" speed="1Gf"/>
    <link id="wire" bandwidth="1GBps" latency="0ns" bandwidth_file="PROFILE"/>
    <route src="a" dst="b"><link_ctn id="wire"/></route>)",
                          "0.001 100000000\n0.002 1000000000\n");
  CHECK(log_of(file.with_links({"wire"}), [](Rig& rig) {
          rig.spawn("t", tick(rig, "t", 10us, 300));
          rig.spawn("a", copy(rig, "a", 0, 2 * kMegabyte));
        }) == "a 2900000 2900000\nt 3000000 0\n");
}

TEST_CASE("a link that goes down fails its transfers, in flight and later", "[platform]") {
  const PlatformFile file(R"(
    <host id="a" speed="1Gf"/><host id="b" speed="1Gf"/>
    <link id="wire" bandwidth="1GBps" latency="0ns" state_file="PROFILE"/>
    <route src="a" dst="b"><link_ctn id="wire"/></route>)",
                          "0.001 0\n");
  const auto expect = Catch::Contains("link 'wire' is down");
  const HardwareDescription hardware = file.with_links({"wire"});
  CHECK_THAT(log_of(hardware, [](Rig& rig) { rig.spawn("a", copy(rig, "a", 0, 2 * kMegabyte)); }),
             expect);
  CHECK_THAT(
      log_of(hardware, [](Rig& rig) { rig.spawn("a", copy(rig, "a", 0, 2 * kMegabyte, 2ms)); }),
      expect);
}

TEST_CASE("what a platform file lacks is named", "[platform]") {
  const PlatformFile file(kTwoGpus);
  const auto error = [](const HardwareDescription& hardware) {
    return log_of(hardware, [](Rig& rig) { rig.spawn("a", copy(rig, "a", 0, 1)); });
  };
  CHECK_THAT(error(file.with_links({"slot7"})), Catch::Contains("no link 'slot7'"));
  CHECK_THAT(error(file.with_links({"gpu0->gpu7"})), Catch::Contains("no host 'gpu7'"));
  HardwareDescription no_file = one_link();
  no_file.simgrid_platform_file = "no-such-file.xml";
  CHECK_THAT(error(no_file), Catch::Contains("no-such-file.xml"));
  CHECK_THAT(error(PlatformFile("<nonsense/>").with_links({"a"})), Catch::StartsWith("threw"));
}

}  // namespace fencelab::models::platform::test
