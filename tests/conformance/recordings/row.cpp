#include "tests/conformance/recordings/row.hpp"

#include <algorithm>

namespace fencelab::recordings {

std::optional<Row> parse_row(const std::string& line, models::KernelVersion kernel) try {
  const json source = json::parse(line);
  const std::string wanted(models::name_of(kernel));
  const auto on = source.at("on").get<std::vector<std::string>>();
  if (std::find(on.begin(), on.end(), wanted) == on.end()) return std::nullopt;
  Row row;
  row.id = source.at("id").get<std::uint64_t>();
  row.name = source.value("name", "");
  row.ops = source.at("ops").get<std::vector<std::string>>();
  row.expected = source.at("res").get<std::vector<json>>();
  if (row.ops.size() != row.expected.size())
    throw BadInput("as many results as operations, please");
  if (source.contains("diff") && source.at("diff").contains(wanted))
    for (const auto& [index, answer] : source.at("diff").at(wanted).items())
      row.expected.at(std::stoul(index)) = answer;
  return row;
} catch (const json::exception& problem) {
  throw BadInput(problem.what());
}

}  // namespace fencelab::recordings
