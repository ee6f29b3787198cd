#include "campaign/reduce_scenario.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace fencelab::campaign {

namespace {

using Json = nlohmann::json;
using Pointer = Json::json_pointer;

/// Users before what they use, else nothing that is used could go.
constexpr std::array<const char*, 9> kParts = {"processes",  "faults",   "displays",
                                               "swapchains", "channels", "locks",
                                               "timelines",  "buffers",  "platform"};

class Reducer {
 public:
  Reducer(Json document, const StillShows& still_shows, const ReduceLimits& limits)
      : still_shows_(still_shows), limits_(limits) {
    result_.document = std::move(document);
  }

  ReducedDocument run() {
    bool smaller = true;
    while (smaller && !is_over()) {
      smaller = false;
      for (const char* const part : kParts)
        smaller = visit(Pointer("/" + std::string(part))) || smaller;
    }
    result_.complete = !is_over();
    return std::move(result_);
  }

 private:
  bool is_over() const {
    return result_.trials >= limits_.trials_max || rejected_ >= limits_.rejected_max;
  }

  bool adopt(Json candidate) {
    if (is_over()) return false;
    const std::optional<bool> shows = still_shows_(candidate);
    if (!shows) {
      ++rejected_;
      return false;
    }
    ++result_.trials;
    if (*shows) result_.document = std::move(candidate);
    return *shows;
  }

  // Outer parts before inner ones. Labels stay: what is stuck is called by them. Whether anything
  // went.
  bool visit(const Pointer& at) {
    if (!result_.document.contains(at)) return false;
    bool smaller = false;
    if (result_.document.at(at).is_array()) {
      smaller = shrink(at);
      for (std::size_t i = 0; i < result_.document.at(at).size(); ++i)
        smaller = visit(at / i) || smaller;
    } else if (result_.document.at(at).is_object()) {
      for (const std::string& key : keys_of(result_.document.at(at)))
        smaller = (key != "id" && drop(at / key)) || visit(at / key) || smaller;
    }
    return smaller;
  }
  static std::vector<std::string> keys_of(const Json& object) {
    std::vector<std::string> keys;
    for (const auto& [key, value] : object.items()) keys.push_back(key);
    return keys;
  }

  // Halves, quarters, ... single elements.
  bool shrink(const Pointer& list) {
    bool smaller = false;
    for (std::size_t chunk = std::max<std::size_t>(size_of(list) / 2, 1);; chunk /= 2) {
      for (std::size_t end = size_of(list); end > 0;) {
        const std::size_t begin = end > chunk ? end - chunk : 0;
        Json without = result_.document;
        Json& elements = without.at(list);
        elements.erase(elements.begin() + static_cast<std::ptrdiff_t>(begin),
                       elements.begin() + static_cast<std::ptrdiff_t>(end));
        smaller = adopt(std::move(without)) || smaller;
        end = begin;
      }
      if (chunk == 1) return smaller;
    }
  }
  std::size_t size_of(const Pointer& list) const { return result_.document.at(list).size(); }

  // A member that need not be there; of loops one round.
  bool drop(const Pointer& member) {
    Json without = result_.document;
    without.at(member.parent_pointer()).erase(member.back());
    if (adopt(std::move(without))) return true;
    Json& value = result_.document.at(member);
    if (member.back() != "times" || !value.is_number() || value == 1) return false;
    Json once = result_.document;
    once.at(member) = 1;
    return adopt(std::move(once));
  }

  const StillShows& still_shows_;
  ReduceLimits limits_;
  ReducedDocument result_;
  std::uint64_t rejected_ = 0;
};

std::size_t operations_in(const Json& program) {
  std::size_t count = 0;
  for (const Json& operation : program) {
    ++count;
    if (operation.contains("loop"))
      count += operations_in(operation["loop"].value("body", Json::array()));
  }
  return count;
}

/// In front what says what a thing is; the rest by the alphabet.
nlohmann::ordered_json in_order(const Json& json) {
  constexpr std::array<const char*, 20> kFirst = {
      "format",     "name",     "title",    "description", "source",    "horizon", "id",
      "context",    "start",    "platform", "buffers",     "timelines", "locks",   "channels",
      "swapchains", "displays", "contexts", "processes",   "threads",   "program"};
  if (json.is_array()) {
    auto list = nlohmann::ordered_json::array();
    for (const Json& element : json) list.push_back(in_order(element));
    return list;
  }
  if (!json.is_object()) return json;
  auto object = nlohmann::ordered_json::object();
  for (const char* const key : kFirst)
    if (json.contains(key)) object[key] = in_order(json[key]);
  for (const auto& [key, value] : json.items())
    if (!object.contains(key)) object[key] = in_order(value);
  return object;
}

}  // namespace

std::vector<std::pair<std::string, std::size_t>> parts_of(const Json& document) {
  std::size_t threads = 0, operations = 0, contexts = 0, buffers = 0;
  const Json none = Json::array();
  const Json processes = document.value("processes", none);
  for (const Json& process : processes) {
    contexts += process.value("contexts", none).size();
    buffers += process.value("buffers", none).size();
    for (const Json& thread : process.value("threads", none)) {
      ++threads;
      operations += operations_in(thread.value("program", none));
    }
  }
  buffers += document.value("buffers", none).size();
  return {{"processes", processes.size()},
          {"threads", threads},
          {"operations", operations},
          {"contexts", contexts},
          {"buffers", buffers},
          {"displays", document.value("displays", none).size()},
          {"faults", document.value("faults", none).size()}};
}

std::string scenario_text(const Json& document) {
  return in_order(document).dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

ReducedDocument reduce_scenario(const Json& document, const std::string& stack,
                                const StillShows& still_shows, const ReduceLimits& limits) {
  Json bare = document;
  for (const char* const prose :
       {"title", "description", "source", "truth", "expect", "relations", "sweep"})
    bare.erase(prose);
  Json stacks = Json::array();
  for (const Json& entry : document.value("stacks", Json::array()))
    if (entry == stack ||
        (entry.is_object() && entry.value("name", entry.value("preset", "")) == stack))
      stacks.push_back(entry);
  if (stacks.empty()) stacks.push_back(stack);
  bare["stacks"] = std::move(stacks);
  const std::optional<bool> shows = still_shows(bare);
  if (!shows.value_or(false)) return {document, 1, false};
  return Reducer(std::move(bare), still_shows, limits).run();
}

}  // namespace fencelab::campaign
