#include "scenarios/wsim/parser.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <stdexcept>

#include "scenarios/nearest_name.hpp"
#include "scenarios/utf8.hpp"
#include "scenarios/wsim/checks.hpp"

namespace fencelab::scenarios::wsim {

namespace {

constexpr std::int64_t kMaxNumber = 0x7FFFFFFF;

/// A field of a step and where it stands.
struct Field {
  std::string text;
  std::uint32_t column = 0;
};

/// What is wrong with a field; turned into a diagnostic with the step's line.
struct FieldError {
  std::uint32_t column;
  std::string message, expected;
};

std::vector<Field> split(const std::string& text, char separator, std::uint32_t column) {
  std::vector<Field> fields;
  std::size_t begin = 0;
  for (;;) {
    const std::size_t end = text.find(separator, begin);
    fields.push_back({text.substr(begin, end - begin), column + static_cast<std::uint32_t>(begin)});
    if (end == std::string::npos) return fields;
    begin = end + 1;
  }
}

std::int64_t integer(const Field& field, std::int64_t low, std::int64_t high, const char* what) {
  std::int64_t value = 0;
  const char* const end = field.text.data() + field.text.size();
  const auto [stop, status] = std::from_chars(field.text.data(), end, value);
  if (status != std::errc() || stop != end || field.text.empty() || value < low || value > high)
    throw FieldError{field.column, fmt::format("{} is no {}", quote(field.text), what),
                     fmt::format("a whole number from {} to {}", low, high)};
  return value;
}

EngineName engine_name(const Field& field, bool default_allowed) {
  std::string upper = field.text;
  std::transform(upper.begin(), upper.end(), upper.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  if (upper == "DEFAULT" && default_allowed) return {"DEFAULT", 0};
  for (const char* klass : {"RCS", "BCS", "VCS", "VECS", "CCS"}) {
    const std::string name = klass;
    if (upper.rfind(name, 0) != 0) continue;
    const std::string rest = upper.substr(name.size());
    if (rest.empty()) return {name, 0};
    if (rest.find('-') != std::string::npos)
      throw FieldError{field.column, fmt::format("engine {} names a GT", quote(field.text)),
                       "an engine without GT: machines here have one"};
    const auto instance = integer({rest, field.column + static_cast<std::uint32_t>(name.size())}, 1,
                                  64, "engine instance");
    return {name, static_cast<std::uint32_t>(instance)};
  }
  throw FieldError{
      field.column, fmt::format("unknown engine {}", quote(field.text)),
      fmt::format("{}RCS, BCS, VCS, VCS1, VCS2, VECS or CCS", default_allowed ? "DEFAULT, " : "")};
}

std::vector<EngineName> engine_list(const Field& field) {
  std::vector<EngineName> engines;
  for (const Field& part : split(field.text, '|', field.column))
    engines.push_back(engine_name(part, false));
  return engines;
}

std::uint64_t byte_size(const Field& field) {
  std::string digits = field.text;
  std::uint64_t factor = 1;
  if (!digits.empty() && std::isalpha(static_cast<unsigned char>(digits.back()))) {
    const std::size_t power = std::string("kmg").find(
        static_cast<char>(std::tolower(static_cast<unsigned char>(digits.back()))));
    if (power == std::string::npos)
      throw FieldError{field.column, fmt::format("{} is no size", quote(field.text)),
                       "bytes, or a number with k, m or g"};
    factor = std::uint64_t{1} << (10 * (power + 1));
    digits.pop_back();
  }
  return factor * static_cast<std::uint64_t>(
                      integer({digits, field.column}, 1, std::int64_t{1} << 31, "size"));
}

ObjectGroup object_group(const Field& field) {
  ObjectGroup group;
  Field size = field;
  if (const std::size_t n = field.text.find('n'); n != std::string::npos) {
    group.count = static_cast<std::uint32_t>(
        integer({field.text.substr(0, n), field.column}, 1, 1'000'000, "number of objects"));
    size = {field.text.substr(n + 1), field.column + static_cast<std::uint32_t>(n) + 1};
  }
  const auto ends = split(size.text, '-', size.column);
  if (ends.size() > 2)
    throw FieldError{size.column, fmt::format("{} is no size", quote(size.text)),
                     "a size or <min>-<max>"};
  group.min = byte_size(ends.front());
  group.max = byte_size(ends.back());
  if (group.max < group.min)
    throw FieldError{ends.back().column, "the range is reversed", "<min>-<max>"};
  return group;
}

DependencyRef set_dependency(const Field& field) {
  DependencyRef ref;
  ref.kind = field.text[0] == 'w' ? DependencyRef::Kind::write_set : DependencyRef::Kind::read_set;
  const auto parts = split(field.text.substr(1), '-', field.column + 1);
  if (parts.size() < 2 || parts.size() > 3)
    throw FieldError{field.column, fmt::format("{} names no object", quote(field.text)),
                     "r<set>-<object> or r<set>-<first>-<last>"};
  ref.set = static_cast<std::uint32_t>(integer(parts[0], 0, 65535, "working set"));
  ref.first = static_cast<std::uint32_t>(integer(parts[1], 0, 1'000'000, "object"));
  ref.last = static_cast<std::uint32_t>(integer(parts.back(), 0, 1'000'000, "object"));
  if (parts.size() == 3 && ref.last <= ref.first)
    throw FieldError{parts[2].column, "the range is reversed", "<first>-<last>"};
  return ref;
}

std::vector<DependencyRef> dependencies(const Field& field) {
  std::vector<DependencyRef> refs;
  if (field.text == "0") return refs;
  for (const Field& part : split(field.text, '/', field.column)) {
    if (part.text.empty())
      throw FieldError{part.column, "empty dependency",
                       "-N, f-N, s-N, r<set>-<object> or w<set>-<object>"};
    const char kind = part.text[0];
    if (kind == 'r' || kind == 'w') {
      refs.push_back(set_dependency(part));
      continue;
    }
    DependencyRef ref;
    ref.kind = kind == 'f'   ? DependencyRef::Kind::fence
               : kind == 's' ? DependencyRef::Kind::submit_fence
                             : DependencyRef::Kind::data;
    const bool prefixed = ref.kind != DependencyRef::Kind::data;
    ref.target = static_cast<int>(
        integer({part.text.substr(prefixed), part.column + prefixed}, -65535, -1, "relative step"));
    refs.push_back(ref);
  }
  return refs;
}

class StepParser {
 public:
  explicit StepParser(Step step)
      : step_(std::move(step)), fields_(split(step_.text, '.', step_.column)) {}

  Step parse() {
    const std::string& word = fields_[0].text;
    if (word == "d") return single(StepKind::delay, 1, kMaxNumber, "delay in microseconds");
    if (word == "p") return single(StepKind::period, 1, kMaxNumber, "period in microseconds");
    if (word == "s") return single(StepKind::sync, -65535, -1, "relative step");
    if (word == "t") return single(StepKind::throttle, 0, 65535, "number of steps");
    if (word == "q") return single(StepKind::queue_depth, 0, 65535, "queue depth");
    if (word == "a") return single(StepKind::sw_signal, -65535, -1, "relative step");
    if (word == "T") return single(StepKind::terminate, -65535, -1, "relative step");
    if (word == "f") return counted(StepKind::sw_fence, 1);
    if (word == "P") return context_number(StepKind::priority, -kMaxNumber, kMaxNumber, "priority");
    if (word == "S") return context_number(StepKind::sseu, -kMaxNumber, kMaxNumber, "slice mask");
    if (word == "X")
      return context_number(StepKind::preemption, 0, kMaxNumber,
                            "preemption period in microseconds");
    if (word == "B") return load_balance();
    if (word == "M") return engine_map();
    if (word == "b") return bond();
    if (word == "w" || word == "W") return working_set();
    return batch();
  }

 private:
  Step counted(StepKind kind, std::size_t fields) {
    step_.kind = kind;
    if (fields_.size() != fields)
      throw FieldError{fields_.size() > fields ? fields_[fields].column : step_.column,
                       fmt::format("{} has {} {}", quote(step_.text), fields_.size(),
                                   fields_.size() == 1 ? "field" : "fields"),
                       fmt::format("{} {}", fields, fields == 1 ? "field" : "fields")};
    return step_;
  }
  Step single(StepKind kind, std::int64_t low, std::int64_t high, const char* what) {
    counted(kind, 2);
    step_.number = integer(fields_[1], low, high, what);
    return step_;
  }
  void context() {
    step_.context = static_cast<std::uint32_t>(integer(fields_[1], 1, 65535, "context"));
  }
  Step context_number(StepKind kind, std::int64_t low, std::int64_t high, const char* what) {
    counted(kind, 3);
    context();
    step_.number = integer(fields_[2], low, high, what);
    return step_;
  }
  Step load_balance() {
    counted(StepKind::load_balance, 2);
    context();
    return step_;
  }
  Step engine_map() {
    counted(StepKind::engine_map, 3);
    context();
    step_.engines = engine_list(fields_[2]);
    return step_;
  }
  Step bond() {
    counted(StepKind::bond, 4);
    context();
    step_.engines = engine_list(fields_[2]);
    step_.engine = engine_name(fields_[3], false);
    return step_;
  }
  Step working_set() {
    step_.shared = fields_[0].text == "W";
    counted(StepKind::working_set, 3);
    step_.number = integer(fields_[1], 0, 65535, "working set");
    for (const Field& group : split(fields_[2].text, '/', fields_[2].column))
      step_.objects.push_back(object_group(group));
    return step_;
  }
  Step batch() {
    const bool number = !fields_[0].text.empty() &&
                        fields_[0].text.find_first_not_of("0123456789") == std::string::npos;
    if (!number)
      throw FieldError{fields_[0].column, fmt::format("unknown step {}", quote(fields_[0].text)),
                       "a context number or one of d p s t q f a B b M P S T w W X"};
    counted(StepKind::batch, 5);
    step_.context = static_cast<std::uint32_t>(integer(fields_[0], 0, 65535, "context"));
    step_.engine = engine_name(fields_[1], true);
    duration(fields_[2]);
    step_.dependencies = dependencies(fields_[3]);
    step_.wait = integer(fields_[4], 0, 1, "wait flag") == 1;
    return step_;
  }
  void duration(const Field& field) {
    step_.infinite = field.text == "*";
    if (step_.infinite) return;
    const auto ends = split(field.text, '-', field.column);
    if (ends.size() > 2 || ends.front().text.empty())
      throw FieldError{field.column, fmt::format("{} is no duration", quote(field.text)),
                       "microseconds, <min>-<max>, or *"};
    step_.min_us = static_cast<std::uint64_t>(
        integer(ends.front(), 1, kMaxNumber, "duration in microseconds"));
    step_.max_us =
        static_cast<std::uint64_t>(integer(ends.back(), 1, kMaxNumber, "duration in microseconds"));
    if (ends.size() == 2 && step_.max_us <= step_.min_us)
      throw FieldError{ends.back().column, "the range is empty or reversed",
                       "<min>-<max> with max above min"};
  }
  Step step_;
  std::vector<Field> fields_;
};

/// Steps as text with their places; comment lines and blank ones dropped.
std::vector<Step> cut(std::string_view text) {
  std::vector<Step> steps;
  std::uint32_t line = 0;
  while (!text.empty()) {
    ++line;
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string whole(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!whole.empty() && whole.back() == '\r') whole.pop_back();
    for (Field& part : split(whole, ',', 1)) {
      const std::size_t first = part.text.find_first_not_of(" \t");
      if (first == std::string::npos || part.text[first] == '#') {
        if (first != std::string::npos) break;  // the rest of the line is the comment's
        continue;
      }
      const std::size_t last = part.text.find_last_not_of(" \t");
      Step step;
      step.line = line;
      step.column = part.column + static_cast<std::uint32_t>(first);
      step.text = part.text.substr(first, last - first + 1);
      steps.push_back(std::move(step));
    }
  }
  return steps;
}

/// Binary junk is one mistake, not one per "line"; the place is that of its first byte.
std::optional<Diagnostic> find_junk(std::string_view text, const std::string& file) {
  const std::size_t bad = find_bad_byte(text);
  if (bad == std::string_view::npos) return std::nullopt;
  const std::string_view before = text.substr(0, bad);
  const auto line = static_cast<std::uint32_t>(std::count(before.begin(), before.end(), '\n')) + 1;
  const std::size_t start = before.rfind('\n') + 1;  // npos + 1 is 0: the first line
  return Diagnostic{Severity::error,
                    "wsim-no-text",
                    file,
                    line,
                    static_cast<std::uint32_t>(bad - start) + 1,
                    {},
                    fmt::format("byte 0x{:02x} is no text", static_cast<unsigned char>(text[bad])),
                    "a workload descriptor in ASCII or UTF-8",
                    {}};
}

}  // namespace

Loaded<Workload> parse_workload(std::string_view text, const std::string& file) {
  if (auto junk = find_junk(text, file)) return std::vector{std::move(*junk)};
  Workload workload;
  std::vector<Diagnostic> errors;
  for (Step& step : cut(text)) {
    const std::uint32_t line = step.line;
    try {
      workload.steps.push_back(StepParser(step).parse());
    } catch (const FieldError& error) {
      errors.push_back({Severity::error,
                        "wsim-syntax",
                        file,
                        line,
                        error.column,
                        {},
                        error.message,
                        error.expected,
                        {}});
      workload.steps.push_back(std::move(step));  // keeps the numbering of steps for later errors
      workload.steps.back().kind = StepKind::sw_fence;
    }
  }
  if (errors.empty()) check_meaning(workload, file, errors);
  if (workload.steps.empty())
    errors.push_back({Severity::error,
                      "wsim-empty",
                      file,
                      1,
                      1,
                      {},
                      "the file has no step",
                      "at least one batch",
                      {}});
  if (!errors.empty()) return errors;
  return workload;
}

}  // namespace fencelab::scenarios::wsim
