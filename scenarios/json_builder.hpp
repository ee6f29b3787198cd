// Builds a JsonDocument from the parser's events. The parser does not tell where its tokens stand,
// so a cursor walks over the text in step with the events.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/json_document.hpp"

namespace fencelab::scenarios {

/// Line and column of byte offsets of one text.
class LineTable {
 public:
  explicit LineTable(std::string_view text);
  Position position(std::size_t offset) const;

 private:
  std::vector<std::size_t> line_starts_;
};

/// Receiver of SAX events of nlohmann::json.
class JsonBuilder final : public nlohmann::json_sax<nlohmann::json> {
 public:
  /// `text` must outlive the builder.
  JsonBuilder(std::string_view text, std::string file, const DocumentLimits& limits);

  bool null() override { return add_scalar(nullptr); }
  bool boolean(bool value) override { return add_scalar(value); }
  bool number_integer(number_integer_t value) override { return add_scalar(value); }
  bool number_unsigned(number_unsigned_t value) override { return add_scalar(value); }
  bool number_float(number_float_t value, const string_t&) override { return add_scalar(value); }
  bool string(string_t& value) override { return add_scalar(std::move(value)); }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override { return start(nlohmann::json::object()); }
  bool start_array(std::size_t) override { return start(nlohmann::json::array()); }
  bool end_object() override { return end(); }
  bool end_array() override { return end(); }
  bool key(string_t& name) override;
  bool parse_error(std::size_t position, const std::string& last_token,
                   const nlohmann::json::exception& error) override;

  /// The document, or every error met.
  Loaded<JsonDocument> finish() &&;

  /// An error at a byte of the text, inside the value that is being read.
  Diagnostic& fail_at(std::size_t offset, std::string code, std::string message);

 private:
  struct Frame {
    nlohmann::json* container;
    std::string pointer;
  };

  std::size_t next_token();
  void skip_token();
  bool add_scalar(nlohmann::json value);
  bool start(nlohmann::json container);
  bool end();
  nlohmann::json* place(nlohmann::json value, std::size_t offset);
  bool within_limits(std::size_t offset);
  std::string path() const;
  std::size_t offset_of_error(std::size_t position, bool is_whole_token);
  std::string number_at_cursor();
  bool is_after_comma(std::size_t offset) const;

  std::string_view text_;
  LineTable lines_;
  JsonDocument document_;
  std::vector<Diagnostic> errors_;
  std::vector<Frame> frames_;
  std::size_t cursor_ = 0;
  std::size_t depth_ = 0;
  std::size_t values_ = 0;
  std::size_t muted_depth_ = 0;  // > 0 inside the value of a repeated key, which is dropped
  bool mute_next_ = false;
  std::string pending_key_;
  std::size_t key_offset_ = 0;
};

}  // namespace fencelab::scenarios
