// Overrides from the command line: `--set /pointer=value`.
#include <fmt/format.h>

#include <charconv>

#include "scenarios/json_document.hpp"
#include "scenarios/nearest_name.hpp"
#include "scenarios/utf8.hpp"

namespace fencelab::scenarios {

namespace {

constexpr std::size_t kLongestEcho = 80;

// The assignment under way, and how to complain about it.
struct Assignment {
  std::string text;
  std::vector<Diagnostic> errors;

  void fail(const std::string& pointer, std::string code, std::string message, std::string expected,
            std::string hint = {}) {
    Diagnostic& diagnostic = errors.emplace_back();
    diagnostic.code = std::move(code);
    diagnostic.file = "--set " + text;
    diagnostic.pointer = pointer;
    diagnostic.message = std::move(message);
    diagnostic.expected = std::move(expected);
    diagnostic.hint = std::move(hint);
  }
};

std::string unescaped(std::string_view token) {
  std::string result;
  for (std::size_t i = 0; i < token.size(); ++i) {
    const bool escape =
        token[i] == '~' && i + 1 < token.size() && (token[i + 1] == '0' || token[i + 1] == '1');
    if (escape)
      result += token[++i] == '0' ? '~' : '/';
    else
      result += token[i];
  }
  return result;
}

std::vector<std::string> tokens_of(std::string_view pointer) {
  std::vector<std::string> tokens;
  while (!pointer.empty()) {
    pointer.remove_prefix(1);  // the slash in front of each token
    const std::size_t end = std::min(pointer.find('/'), pointer.size());
    tokens.push_back(unescaped(pointer.substr(0, end)));
    pointer.remove_prefix(end);
  }
  return tokens;
}

std::vector<std::string> keys_of(const nlohmann::json& object) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : object.items()) keys.push_back(key);
  return keys;
}

// The existing element that `token` names, or nothing and an error.
nlohmann::json* element_at(nlohmann::json& list, const std::string& token,
                           const std::string& pointer, Assignment& assignment) {
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), index);
  const bool is_index = error == std::errc{} && end == token.data() + token.size();
  if (is_index && index < list.size()) return &list[index];
  assignment.fail(pointer, "set-bad-index", fmt::format("the list has no element {}", quote(token)),
                  list.empty() ? "\"-\" to append"
                               : fmt::format("0 to {}, or \"-\" to append", list.size() - 1));
  return nullptr;
}

nlohmann::json* member_at(nlohmann::json& object, const std::string& token,
                          const std::string& pointer, bool may_create, Assignment& assignment) {
  if (may_create || object.contains(token)) return &object[token];
  const std::vector<std::string> keys = keys_of(object);
  assignment.fail(pointer, "set-unknown-member", fmt::format("there is no member {}", quote(token)),
                  one_of(keys), did_you_mean(token, keys));
  return nullptr;
}

// Walks to the value that is assigned, creating only the last member or element.
nlohmann::json* target_of(JsonDocument& document, const std::vector<std::string>& tokens,
                          std::string& pointer, Assignment& assignment) {
  nlohmann::json* value = &document.root;
  for (std::size_t i = 0; i < tokens.size() && value != nullptr; ++i) {
    const std::string here = pointer;
    const bool is_last = i + 1 == tokens.size();
    const bool appends = is_last && value->is_array() && tokens[i] == "-";
    pointer = appends ? pointer_to(here, value->size()) : pointer_to(here, tokens[i]);
    if (appends)
      value = &value->emplace_back();
    else if (value->is_array())
      value = element_at(*value, tokens[i], here, assignment);
    else if (value->is_object())
      value = member_at(*value, tokens[i], here, is_last, assignment);
    else {
      assignment.fail(here, "set-not-a-container",
                      fmt::format("{} is no object or list", quote(here)), {});
      value = nullptr;
    }
  }
  return value;
}

// JSON if it parses as such, text otherwise. What begins as an object, a list or a quoted text was
// meant as JSON: taken as text, a forgotten bracket would only be found by what reads the value.
nlohmann::json value_of(std::string_view text, Assignment& assignment) {
  Loaded<JsonDocument> parsed = parse_json(text, assignment.text);
  if (parsed) return std::move(parsed).value().root;
  const Diagnostic& failure = parsed.diagnostics().front();
  const bool is_grammar = failure.code.starts_with("json-");
  const bool is_meant =
      !text.empty() && std::string_view("{[\"").find(text[0]) != std::string_view::npos;
  if (is_grammar && is_meant)
    assignment.fail(
        {}, "set-bad-json",
        fmt::format("the value is no JSON: at byte {}: {}", failure.column, failure.message),
        failure.expected, "plain text needs no quotes");
  else if (!is_grammar)
    assignment.fail({}, failure.code, failure.message, failure.expected);
  return std::string(text);
}

}  // namespace

std::vector<Diagnostic> apply_set(JsonDocument& document, std::string_view text) {
  Assignment assignment{printable(text.substr(0, kLongestEcho)), {}};
  if (find_bad_byte(text) != std::string_view::npos) {
    assignment.fail({}, "invalid-utf8", "this is not valid UTF-8", "text in UTF-8");
    return assignment.errors;
  }
  const std::size_t equals = text.find('=');
  const std::string_view pointer_text = text.substr(0, std::min(equals, text.size()));
  if (equals == std::string_view::npos || (!pointer_text.empty() && pointer_text.front() != '/')) {
    assignment.fail({}, "set-syntax", "this is no assignment",
                    "/pointer=value, for example /platform/gpus/0/vram=\"8 GiB\"");
    return assignment.errors;
  }
  const std::vector<std::string> tokens = tokens_of(pointer_text);
  if (tokens.size() > document.limits.nesting) {
    assignment.fail({}, "nesting-too-deep", "the pointer has too many parts",
                    fmt::format("at most {} (--max-nesting)", document.limits.nesting));
    return assignment.errors;
  }
  nlohmann::json value = value_of(text.substr(equals + 1), assignment);
  if (!assignment.errors.empty()) return assignment.errors;
  std::string pointer;
  nlohmann::json* const target = target_of(document, tokens, pointer, assignment);
  if (target == nullptr) return assignment.errors;
  *target = std::move(value);
  document.sets[pointer] = assignment.text;
  return {};
}

}  // namespace fencelab::scenarios
