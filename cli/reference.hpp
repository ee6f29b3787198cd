// Pages of the reference that are made of the program's own tables: `fencelab list ... --markdown`.
// tests/cli holds the files of docs/reference to them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace fencelab::cli {

/// A word that reports and tables use, and what it says.
struct Word {
  std::string_view word, meaning;
};

/// Exit codes, as numbers.
const std::vector<Word>& exit_code_words();
/// Reasons for waiting (core::WaitReason), in their order.
const std::vector<Word>& wait_reason_words();

/// Every axis and policy with its parameters: defaults, ranges, sources.
std::string policies_page();
/// Every preset with its policies and their parameters where they differ from the defaults.
std::string stacks_page();
/// The rules that `check` can find broken.
std::string rules_page();
/// Exit codes and wait reasons.
std::string words_page();
/// Every member of a scenario, by the object that has it, from the JSON Schema.
std::string schema_page();

/// `text` within a cell of a Markdown table.
std::string cell(std::string text);

}  // namespace fencelab::cli
