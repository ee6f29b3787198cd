// JSON as text, written column by column: a document of values would need ten times the memory.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

namespace fencelab::campaign {

/// A JSON string; bytes that are no UTF-8 are replaced.
std::string json_of(std::string_view text);
/// With nine significant digits, as compare.csv has them; null for what is no finite number.
std::string json_of(double number);

template <class Integer>
  requires std::is_integral_v<Integer>
std::string json_of(Integer number) {
  return std::to_string(number);
}

template <class T>
std::string json_of(const std::optional<T>& value) {
  return value ? json_of(*value) : std::string("null");
}

/// "[a,b]" of what `each` makes of the elements.
template <class List, class Each>
std::string json_list(const List& list, Each each) {
  std::string text = "[";
  for (const auto& element : list) {
    if (text.size() > 1) text += ',';
    text += each(element);
  }
  return text + "]";
}

template <class List>
std::string json_list(const List& list) {
  return json_list(list, [](const auto& element) { return json_of(element); });
}

/// The same, but one element in an object, {"all":a}, where they are all equal.
template <class List, class Each>
std::string json_column(const List& list, Each each) {
  std::string first, text;
  bool is_same = true;
  for (const auto& element : list) {
    const std::string one = each(element);
    if (text.empty()) first = one;
    is_same = is_same && one == first;
    text += text.empty() ? '[' : ',';
    text += one;
  }
  if (text.empty()) return "[]";
  return is_same ? "{\"all\":" + first + "}" : text + "]";
}

/// An object, member by member. Values are JSON texts.
class JsonObject {
 public:
  JsonObject& add(std::string_view name, std::string_view value);
  std::string text() const { return text_ + "}"; }

 private:
  std::string text_ = "{";
};

/// `json` so that it can stand in a <script> element: nothing in it ends the element or begins a
/// comment. It says the same.
std::string fit_for_script(const std::string& json);

}  // namespace fencelab::campaign
