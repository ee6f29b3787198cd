#include "scenarios/name_table.hpp"

#include <charconv>
#include <utility>

namespace fencelab::scenarios {

namespace {

std::optional<std::uint32_t> parse_index(std::string_view text) {
  std::uint32_t index = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), index);
  const bool is_whole = error == std::errc{} && end == text.data() + text.size();
  return is_whole ? std::optional(index) : std::nullopt;
}

}  // namespace

bool NameTable::declare(const std::string& name, NamedThing thing) {
  return things_.emplace(name, std::move(thing)).second;
}

NamedThing* NameTable::find(const std::string& name) {
  const auto found = things_.find(name);
  return found == things_.end() ? nullptr : &found->second;
}

const NamedThing* NameTable::find(const std::string& name) const {
  const auto found = things_.find(name);
  return found == things_.end() ? nullptr : &found->second;
}

std::vector<std::string> NameTable::names() const {
  std::vector<std::string> result;
  for (const auto& [name, thing] : things_) result.push_back(name);
  return result;
}

std::optional<Reference> parse_reference(std::string_view text) {
  const std::size_t point = text.find('.');
  Reference reference;
  reference.base = std::string(text.substr(0, point));
  if (point == std::string_view::npos) return reference;
  const std::string_view selector = text.substr(point + 1);
  if (selector == "*") {
    reference.form = Reference::Form::all;
    return reference;
  }
  const std::size_t dash = selector.find('-');
  const auto first = parse_index(selector.substr(0, dash));
  const auto last = dash == std::string_view::npos ? first : parse_index(selector.substr(dash + 1));
  if (!first || !last) return std::nullopt;
  reference.form =
      dash == std::string_view::npos ? Reference::Form::element : Reference::Form::range;
  reference.first = *first;
  reference.last = *last;
  return reference;
}

}  // namespace fencelab::scenarios
