#include "scenarios/node.hpp"

#include <limits>

namespace fencelab::scenarios {

Node Node::operator[](std::string_view member) const {
  if (!is_object()) return {};
  const std::string name = spellings_->actual(pointer_, std::string(member));
  const auto found = value_->find(name);
  if (found == value_->end()) return {};
  return {*found, pointer_to(pointer_, name), *spellings_};
}

std::vector<Node> Node::items() const {
  std::vector<Node> nodes;
  if (!is_list()) return nodes;
  nodes.reserve(value_->size());
  for (std::size_t i = 0; i < value_->size(); ++i) {
    nodes.emplace_back((*value_)[i], pointer_to(pointer_, i), *spellings_);
  }
  return nodes;
}

std::vector<std::pair<std::string, Node>> Node::members() const {
  std::vector<std::pair<std::string, Node>> nodes;
  if (!is_object()) return nodes;
  for (const auto& [key, member] : value_->items()) {
    if (key == "comment") continue;
    nodes.emplace_back(spellings_->intended(pointer_, key),
                       Node(member, pointer_to(pointer_, key), *spellings_));
  }
  return nodes;
}

std::optional<std::string> Node::text() const {
  if (!is_text()) return std::nullopt;
  return value_->get<std::string>();
}

bool Node::flag_or(bool otherwise) const {
  return value_ != nullptr && value_->is_boolean() ? value_->get<bool>() : otherwise;
}

std::optional<std::int64_t> Node::integer(std::int64_t min, std::int64_t max) const {
  if (value_ == nullptr || !value_->is_number_integer()) return std::nullopt;
  constexpr auto kLargest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (value_->is_number_unsigned() && value_->get<std::uint64_t>() > kLargest) return std::nullopt;
  const auto number = value_->get<std::int64_t>();
  return number < min || number > max ? std::nullopt : std::optional(number);
}

std::optional<double> Node::number() const {
  if (value_ == nullptr || !value_->is_number()) return std::nullopt;
  return value_->get<double>();
}

}  // namespace fencelab::scenarios
