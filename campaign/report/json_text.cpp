#include "campaign/report/json_text.hpp"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

namespace fencelab::campaign {

std::string json_of(std::string_view text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string json_of(double number) {
  return std::isfinite(number) ? fmt::format("{:.9g}", number) : std::string("null");
}

JsonObject& JsonObject::add(std::string_view name, std::string_view value) {
  if (text_.size() > 1) text_ += ',';
  text_ += json_of(name);
  text_ += ':';
  text_ += value;
  return *this;
}

std::string fit_for_script(const std::string& json) {
  std::string safe;
  safe.reserve(json.size());
  // "<" occurs within strings only, where it may be written like this.
  for (const char c : json) {
    if (c == '<')
      safe += "\\u003c";
    else
      safe += c;
  }
  return safe;
}

}  // namespace fencelab::campaign
