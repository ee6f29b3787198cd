# The page of report/ as C++: the program carries it. report/dist/report.html is made by `npm run
# build` in report/ and checked in, so that this build needs no Node.js.

# fencelab_report_page(<target>): adds report_template() to the target.
function(fencelab_report_page target)
  set(page ${PROJECT_SOURCE_DIR}/report/dist/report.html)
  set(source ${PROJECT_BINARY_DIR}/generated/report_template.cpp)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${page})
  file(READ ${page} bytes HEX)
  # Bytes, because compilers need not take string literals of that length.
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
  string(REGEX REPLACE "(0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,)"
         "\\1\n" bytes "${bytes}")
  file(CONFIGURE OUTPUT ${source} @ONLY CONTENT [[
// Written by cmake/ReportPage.cmake from report/dist/report.html.
#include "campaign/report/report_page.hpp"

namespace fencelab::campaign {

namespace {
constexpr unsigned char kPage[] = {
@bytes@
};
}  // namespace

std::string_view report_template() {
  return {reinterpret_cast<const char*>(kPage), sizeof kPage};
}

}  // namespace fencelab::campaign
]])
  target_sources(${target} PRIVATE ${source})
endfunction()
