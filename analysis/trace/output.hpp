// The file of a trace, written as a run goes on.
#pragma once

#include <string>
#include <string_view>

namespace fencelab::analysis {

/// Appends whole records to a file. What was appended is in the file soon after, so that a process
/// that dies leaves all but the last few records.
class TraceOutput {
 public:
  /// Makes the file, or empties it.
  explicit TraceOutput(const std::string& path);
  ~TraceOutput();
  TraceOutput(const TraceOutput&) = delete;
  TraceOutput& operator=(const TraceOutput&) = delete;

  /// Adds one record. After an error: nothing.
  void append(std::string_view record);
  /// Writes what is left and closes the file. Done by the destructor, too.
  void close();
  /// What went wrong first, with the path; empty if nothing did.
  const std::string& error() const { return error_; }

 private:
  void flush();
  void fail(int error);
  std::string path_, error_, waiting_;
  int file_ = -1;
};

}  // namespace fencelab::analysis
