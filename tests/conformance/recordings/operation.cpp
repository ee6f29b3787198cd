#include "tests/conformance/recordings/operation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <sstream>
#include <utility>

#include "tests/conformance/recordings/row.hpp"

namespace fencelab::recordings {

namespace {

std::uint64_t to_number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size())
    throw BadInput(fmt::format("'{}' is no number", text));
  return value;
}

}  // namespace

Operation Operation::parse(const std::string& text) {
  Operation operation;
  operation.text = text;
  std::istringstream words(text);
  words >> operation.word;
  for (std::string arg; words >> arg;) operation.args.push_back(arg);
  return operation;
}

const std::string& Operation::arg(std::size_t index) const {
  if (!has(index)) throw BadInput(fmt::format("'{}' lacks an argument", text));
  return args[index];
}

std::uint64_t Operation::number(std::size_t index) const { return to_number(arg(index)); }

NamedPoint parse_point(const std::string& text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string::npos) return {text, 0};
  return {text.substr(0, colon), to_number(std::string_view(text).substr(colon + 1))};
}

bool is_name(std::string_view word) {
  word = word.substr(0, word.find(':'));
  return word.size() > 1 && std::string_view("BFSYET").find(word[0]) != std::string_view::npos &&
         std::all_of(word.begin() + 1, word.end(), [](char c) { return c >= '0' && c <= '9'; });
}

models::DmaBufAccess parse_access(const std::string& word) {
  if (word == "-") return {};
  if (word == "r") return {.read = true};
  if (word == "w") return {.write = true};
  if (word == "rw") return {.read = true, .write = true};
  throw BadInput(fmt::format("'{}' is no access: r, w, rw or -", word));
}

models::Usage parse_usage(const std::string& word) {
  if (word == "k") return models::Usage::kernel;
  if (word == "w") return models::Usage::write;
  if (word == "r") return models::Usage::read;
  if (word == "b") return models::Usage::bookkeep;
  throw BadInput(fmt::format("'{}' is no usage: k, w, r or b", word));
}

models::SyncobjWaitFlags parse_wait_flags(const std::string& word) {
  models::SyncobjWaitFlags flags;
  for (const char letter : word) switch (letter) {
      case 'a': flags.all = true; break;
      case 's': flags.submit = true; break;
      case 'v': flags.available = true; break;
      case '-': break;
      default: throw BadInput(fmt::format("'{}' are no flags: of a, s, v, or -", word));
    }
  return flags;
}

std::string errno_name(int error) {
  using namespace core::fence_error;
  static constexpr std::array names = {
      std::pair{kNoEntry, "ENOENT"},     std::pair{kBusy, "EBUSY"},
      std::pair{kInvalid, "EINVAL"},     std::pair{kTime, "ETIME"},
      std::pair{kTimedOut, "ETIMEDOUT"}, std::pair{kNoMemory, "ENOMEM"},
      std::pair{kNoDevice, "ENODEV"},
  };
  for (const auto& [number, name] : names)
    if (number == error) return name;
  return fmt::format("errno {}", -error);
}

}  // namespace fencelab::recordings
