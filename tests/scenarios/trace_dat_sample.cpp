#include "tests/scenarios/trace_dat_sample.hpp"

#include <cstring>

namespace fencelab::testing {

namespace {

/// Bytes as little-endian machines write them.
class Bytes {
 public:
  template <typename T>
  void number(T value) {
    for (std::size_t i = 0; i < sizeof(T); ++i)
      text_ += static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * i) & 0xff);
  }
  void text(const std::string& text) { text_ += text + '\0'; }
  void raw(const std::string& bytes) { text_ += bytes; }
  void sized(const std::string& bytes) {
    number<std::uint64_t>(bytes.size());
    raw(bytes);
  }
  void fill_to(std::size_t size) { text_.resize(size); }
  const std::string& get() const { return text_; }

 private:
  std::string text_;
};

constexpr std::size_t kPage = 4096;

constexpr const char* kHeaderPage =
    "\tfield: u64 timestamp;\toffset:0;\tsize:8;\tsigned:0;\n"
    "\tfield: local_t commit;\toffset:8;\tsize:8;\tsigned:1;\n"
    "\tfield: int overwrite;\toffset:8;\tsize:1;\tsigned:1;\n"
    "\tfield: char data;\toffset:16;\tsize:4080;\tsigned:0;\n";
constexpr const char* kHeaderEvent =
    "# compressed entry header\n\ttype_len    :    5 bits\n\ttime_delta  :   27 bits\n"
    "\tarray       :   32 bits\n\n\tpadding     : type == 29\n\ttime_extend : type == 30\n"
    "\ttime_stamp : type == 31\n\tdata max type_len  == 28\n";

std::string format(const char* name, int id) {
  return "name: " + std::string(name) + "\nID: " + std::to_string(id) +
         "\nformat:\n"
         "\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n"
         "\tfield:unsigned char common_flags;\toffset:2;\tsize:1;\tsigned:0;\n"
         "\tfield:unsigned char common_preempt_count;\toffset:3;\tsize:1;\tsigned:0;\n"
         "\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n\n"
         "\tfield:int dev;\toffset:8;\tsize:4;\tsigned:1;\n"
         "\tfield:unsigned int vq;\toffset:12;\tsize:4;\tsigned:0;\n"
         "\tfield:u32 seqno;\toffset:16;\tsize:4;\tsigned:0;\n\n"
         "print fmt: \"vdev=%d vq=%u name=control seqno=%u\", REC->dev, REC->vq, REC->seqno\n";
}

std::string page(int jobs) {
  Bytes events;
  for (int i = 0; i < 2 * jobs; ++i) {
    constexpr std::uint32_t kWords = 5, kDeltaNs = 100'000;
    events.number<std::uint32_t>(kWords | (i == 0 ? 0 : kDeltaNs) << 5);
    events.number<std::uint16_t>(i % 2 == 0 ? 700 : 701);
    events.number<std::uint16_t>(0);
    events.number<std::int32_t>(i % 2 == 0 ? 42 : 43);
    events.number<std::int32_t>(0);
    events.number<std::uint32_t>(0);
    events.number<std::uint32_t>(i / 2 + 1);
  }
  Bytes page;
  page.number<std::uint64_t>(2'000'000'000);
  page.number<std::uint64_t>(events.get().size());
  page.raw(events.get());
  page.fill_to(kPage);
  return page.get();
}

}  // namespace

std::string trace_dat_sample(int jobs) {
  Bytes file;
  file.raw("\x17\x08\x44tracing");
  file.text("6");
  file.number<std::uint8_t>(0);  // little endian
  file.number<std::uint8_t>(8);  // bytes of a long
  file.number<std::uint32_t>(kPage);
  file.text("header_page");
  file.sized(kHeaderPage);
  file.text("header_event");
  file.sized(kHeaderEvent);
  file.number<std::uint32_t>(0);  // formats of tracers
  file.number<std::uint32_t>(1);  // systems
  file.text("virtio_gpu");
  file.number<std::uint32_t>(2);
  file.sized(format("virtio_gpu_cmd_queue", 700));
  file.sized(format("virtio_gpu_cmd_response", 701));
  file.number<std::uint32_t>(0);  // kallsyms
  file.number<std::uint32_t>(0);  // formats of trace_printk
  file.sized("42 game\n43 kworker/0:1\n");
  file.number<std::uint32_t>(1);  // CPUs
  file.text("flyrecord");
  file.number<std::uint64_t>(kPage * ((file.get().size() + 16 + kPage - 1) / kPage));
  file.number<std::uint64_t>(kPage);
  file.fill_to(kPage * ((file.get().size() + kPage - 1) / kPage));
  return file.get() + page(jobs);
}

}  // namespace fencelab::testing
