#include "campaign/report/report_page.hpp"

#include "campaign/report/json_text.hpp"
#include "core/assert.hpp"

namespace fencelab::campaign {

std::string report_page(const std::string& data) {
  const std::string_view page = report_template();
  const std::size_t place = page.find(kDataPlace);
  FENCELAB_ASSERT(place != std::string_view::npos, "the page has a place for data");
  std::string html(page.substr(0, place));
  html += fit_for_script(data);
  html += page.substr(place + kDataPlace.size());
  return html;
}

}  // namespace fencelab::campaign
