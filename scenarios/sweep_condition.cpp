#include "scenarios/sweep_condition.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdint>
#include <optional>

#include "scenarios/nearest_name.hpp"
#include "scenarios/quantity.hpp"

namespace fencelab::scenarios {

namespace {

std::optional<double> number_in(const std::string& text) {
  double value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  return error == std::errc{} && stop == end ? std::optional(value) : std::nullopt;
}

SweepKind kind_of_one(const std::string& text) {
  if (number_in(text)) return SweepKind::number;
  if (parse_duration(text)) return SweepKind::duration;
  return parse_size(text) ? SweepKind::size : SweepKind::text;
}

/// Below, equal to or above zero.
int compare(const std::string& a, const std::string& b, SweepKind kind) {
  const auto order = [](const auto& x, const auto& y) { return x < y ? -1 : y < x ? 1 : 0; };
  switch (kind) {
    case SweepKind::number: return order(*number_in(a), *number_in(b));
    case SweepKind::duration: return order(*parse_duration(a).value, *parse_duration(b).value);
    case SweepKind::size: return order(*parse_size(a).value, *parse_size(b).value);
    case SweepKind::text: break;
  }
  return order(a, b);
}

struct Operand {
  std::string axis;  ///< empty: `text` stands for itself
  std::string text;
  SweepKind kind = SweepKind::text;
};

}  // namespace

SweepKind kind_of(const std::vector<std::string>& labels) {
  if (labels.empty()) return SweepKind::text;
  const SweepKind first = kind_of_one(labels.front());
  const bool alike = std::all_of(labels.begin(), labels.end(), [&](const std::string& label) {
    return kind_of_one(label) == first;
  });
  return alike ? first : SweepKind::text;
}

struct SweepCondition::Term {
  enum class What : std::uint8_t { any, all, negation, comparison };
  What what = What::comparison;
  std::vector<Term> parts;
  Operand left, right;
  std::string relation;

  bool holds(const Values& values) const {
    const auto part_holds = [&](const Term& part) { return part.holds(values); };
    switch (what) {
      case What::any: return std::any_of(parts.begin(), parts.end(), part_holds);
      case What::all: return std::all_of(parts.begin(), parts.end(), part_holds);
      case What::negation: return !parts.front().holds(values);
      case What::comparison: break;
    }
    const auto text_of = [&](const Operand& operand) -> const std::string& {
      if (operand.axis.empty()) return operand.text;
      return std::find_if(values.begin(), values.end(),
                          [&](const auto& value) { return value.first == operand.axis; })
          ->second;
    };
    const SweepKind kind = left.kind == right.kind ? left.kind : SweepKind::text;
    const int order = compare(text_of(left), text_of(right), kind);
    if (relation == "==") return order == 0;
    if (relation == "!=") return order != 0;
    if (relation == "<") return order < 0;
    if (relation == "<=") return order <= 0;
    return relation == ">" ? order > 0 : order >= 0;
  }
};

namespace {

using Term = SweepCondition::Term;

class Parser {
 public:
  Parser(std::string_view text, const std::vector<SweepCondition::Axis>& axes,
         SweepCondition::Error& error)
      : text_(text), axes_(axes), error_(error) {}

  Term parse() {
    Term term = any();
    skip_blanks();
    if (at_ < text_.size()) fail("this is more than a condition", "and, or, or the end");
    return term;
  }

 private:
  void fail(std::string message, std::string expected) {
    if (error_.column == 0) error_ = {at_ + 1, std::move(message), std::move(expected)};
    at_ = text_.size();
  }
  void skip_blanks() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_]))) ++at_;
  }
  static bool is_word(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-' || c == '.';
  }
  std::string_view word() {
    std::size_t end = at_;
    while (end < text_.size() && is_word(text_[end])) ++end;
    return text_.substr(at_, end - at_);
  }
  bool take(std::string_view token) {
    skip_blanks();
    const bool is_name = is_word(token.front());
    const std::string_view here = is_name ? word() : text_.substr(at_, token.size());
    if (here != token) return false;
    at_ += token.size();
    return true;
  }

  Term joined(Term::What what, const char* by, Term (Parser::*part)()) {
    Term first = (this->*part)();
    if (!take(by)) return first;
    Term all{.what = what, .parts = {}, .left = {}, .right = {}, .relation = {}};
    all.parts.push_back(std::move(first));
    do all.parts.push_back((this->*part)());
    while (take(by));
    return all;
  }
  Term any() { return joined(Term::What::any, "or", &Parser::all); }
  Term all() { return joined(Term::What::all, "and", &Parser::single); }

  Term single() {
    if (++depth_ > kDeepest) fail("this is nested too deeply", "fewer brackets");
    Term term;
    if (take("not")) {
      term.what = Term::What::negation;
      term.parts.push_back(single());
    } else if (take("(")) {
      term = any();
      if (!take(")")) fail("a bracket is not closed", "\")\"");
    } else {
      term = comparison();
    }
    --depth_;
    return term;
  }

  Term comparison() {
    Term term;
    term.left = operand();
    for (const char* const relation : {"==", "!=", "<=", ">=", "<", ">"})
      if (term.relation.empty() && take(relation)) term.relation = relation;
    if (term.relation.empty()) {
      fail("this compares nothing", "one of ==, !=, <, <=, > and >=");
      return term;
    }
    const std::size_t second = at_;
    term.right = operand();
    const bool orders = term.relation != "==" && term.relation != "!=";
    const bool alike = term.left.kind == term.right.kind && term.left.kind != SweepKind::text;
    if (!orders || alike || error_.column != 0) return term;
    at_ = second;
    fail("these two have no order", "two numbers, two durations or two sizes");
    return term;
  }

  Operand operand() {
    skip_blanks();
    if (at_ < text_.size() && text_[at_] == '\'') return quoted();
    const std::string name(word());
    if (name.empty()) {
      fail("here is no operand", "the name of an axis, a number, or text in single quotes");
      return {};
    }
    Operand found;
    for (const SweepCondition::Axis& axis : axes_)
      if (axis.name == name) found = {name, {}, axis.kind};
    if (found.axis.empty() && number_in(name)) found = {{}, name, SweepKind::number};
    if (found.axis.empty() && found.text.empty()) {
      std::vector<std::string> known;
      for (const SweepCondition::Axis& axis : axes_) known.push_back(axis.name);
      fail(fmt::format("there is no axis {}", quote(name)), one_of(known));
    } else {
      at_ += name.size();
    }
    return found;
  }

  Operand quoted() {
    const std::size_t end = text_.find('\'', at_ + 1);
    if (end == std::string_view::npos) {
      fail("a quotation is not closed", "a second single quote");
      return {};
    }
    Operand operand{{}, std::string(text_.substr(at_ + 1, end - at_ - 1)), SweepKind::text};
    operand.kind = kind_of_one(operand.text);
    at_ = end + 1;
    return operand;
  }

  static constexpr int kDeepest = 64;
  std::string_view text_;
  const std::vector<SweepCondition::Axis>& axes_;
  SweepCondition::Error& error_;
  std::size_t at_ = 0;
  int depth_ = 0;
};

}  // namespace

SweepCondition SweepCondition::parse(std::string_view text, const std::vector<Axis>& axes,
                                     Error& error) {
  SweepCondition condition;
  condition.root_ = std::make_shared<const Term>(Parser(text, axes, error).parse());
  return condition;
}

bool SweepCondition::holds(const Values& values) const { return root_->holds(values); }

}  // namespace fencelab::scenarios
