// report.html: the page of report/, which the program carries, with data in it.
#pragma once

#include <string>
#include <string_view>

namespace fencelab::campaign {

/// The page without data, as report/build.mjs made it; kDataPlace stands once in it.
std::string_view report_template();
inline constexpr std::string_view kDataPlace = "__FENCELAB_DATA__";

/// One self-contained document that asks for nothing from anywhere. `data` is
/// ReportData::json(); whatever is in it stays data.
std::string report_page(const std::string& data);

}  // namespace fencelab::campaign
