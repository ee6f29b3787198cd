#include "analysis/explore/schedule_token.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "core/assert.hpp"

namespace fencelab::analysis {
namespace {

constexpr std::string_view kVersion = "v1";
constexpr std::size_t kHashDigits = 8;

bool is_plain(char c) {
  const bool letter_or_digit =
      (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  return letter_or_digit || std::string_view("_-/()+@#").find(c) != std::string_view::npos;
}

std::string escape(std::string_view name, bool dots_too) {
  std::string text;
  for (const char c : name)
    if (is_plain(c) || (c == '.' && !dots_too))
      text += c;
    else
      text += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  return text;
}

std::optional<unsigned> hex_digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A') + 10;
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a') + 10;
  return std::nullopt;
}

/// Undoes escape(); nothing for a byte that escape() never leaves, or half an escape.
std::optional<std::string> unescape(std::string_view text) {
  std::string name;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      if (!is_plain(text[i]) && text[i] != '.') return std::nullopt;
      name += text[i];
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const auto high = hex_digit(text[i + 1]), low = hex_digit(text[i + 2]);
    if (!high || !low) return std::nullopt;
    name += static_cast<char>(*high * 16 + *low);
    i += 2;
  }
  return name;
}

/// Text of the user fit for a message.
std::string shown(std::string_view text) {
  constexpr std::size_t kLongest = 60;
  std::string safe;
  for (const char c : text.substr(0, kLongest))
    safe += c >= ' ' && c <= '~' ? std::string(1, c)
                                 : fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
  return "\"" + safe + (text.size() > kLongest ? "...\"" : "\"");
}

ParsedToken wrong(std::string error) { return {{}, std::move(error)}; }

bool is_hash(std::string_view text) {
  return text.size() == kHashDigits && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

}  // namespace

std::vector<ScheduleStep> schedule_of(const std::vector<TakenStep>& steps) {
  std::vector<ScheduleStep> schedule;
  for (const TakenStep& step : steps) {
    schedule.push_back({step.process, step.operation, {}});
    if (!step.choice.empty()) schedule.back().choice = step.choice;
  }
  return schedule;
}

std::string step_text(const ScheduleStep& step) {
  FENCELAB_ASSERT(!step.process.empty() && !step.operation.empty(), "process '{}' operation '{}'",
                  step.process, step.operation);
  std::string text = escape(step.process, false) + "." + escape(step.operation, true);
  if (step.choice) text += "=" + escape(*step.choice, false);
  return text;
}

std::string token_text(const ScheduleToken& token) {
  FENCELAB_ASSERT(is_hash(token.hash), "hash '{}'", token.hash);
  std::string text = fmt::format("{}:{}:", kVersion, token.hash);
  for (std::size_t i = 0; i < token.steps.size(); ++i)
    text += (i ? "," : "") + step_text(token.steps[i]);
  return text;
}

ParsedStep parse_step(std::string_view text) {
  const std::size_t equals = text.find('=');
  const std::string_view left = text.substr(0, equals);
  const std::size_t dot = left.rfind('.');
  if (dot == std::string_view::npos || dot == 0 || dot + 1 == left.size())
    return {{}, "expected process.operation or process.operation=choice"};
  const auto process = unescape(left.substr(0, dot)), operation = unescape(left.substr(dot + 1));
  ParsedStep parsed;
  std::optional<std::string> choice;
  if (equals != std::string_view::npos) {
    choice = unescape(text.substr(equals + 1));
    if (!choice || choice->empty()) return {{}, "expected the name of an alternative after \"=\""};
  }
  if (!process || !operation) return {{}, "odd bytes must be written as %XX"};
  parsed.step = {*process, *operation, choice};
  return parsed;
}

ParsedToken parse_token(std::string_view text) {
  const std::size_t first = text.find(':');
  if (first == std::string_view::npos)
    return wrong(
        fmt::format("{} is no token; expected v1:HASH:process.operation,...", shown(text)));
  if (text.substr(0, first) != kVersion)
    return wrong(fmt::format("{} is no version of tokens that this program knows; expected {}",
                             shown(text.substr(0, first)), kVersion));
  const std::size_t second = text.find(':', first + 1);
  const std::string_view hash = text.substr(first + 1, second - first - 1);
  if (second == std::string_view::npos || !is_hash(hash))
    return wrong(fmt::format("{} is no hash; expected {} hexadecimal digits and \":\"", shown(hash),
                             kHashDigits));
  ParsedToken parsed;
  parsed.token.hash = std::string(hash);
  std::string_view rest = text.substr(second + 1);
  if (rest.empty()) return wrong("the token has no steps");
  for (std::size_t number = 1; true; ++number) {
    const std::size_t comma = rest.find(',');
    ParsedStep step = parse_step(rest.substr(0, comma));
    if (!step)
      return wrong(
          fmt::format("step {} ({}): {}", number, shown(rest.substr(0, comma)), step.error));
    parsed.token.steps.push_back(std::move(step.step));
    if (comma == std::string_view::npos) return parsed;
    rest = rest.substr(comma + 1);
  }
}

}  // namespace fencelab::analysis
