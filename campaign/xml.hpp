// XML that is valid whatever bytes names and reports have.
#pragma once

#include <pugixml.hpp>
#include <string>
#include <string_view>

namespace fencelab::campaign {

/// Text that XML 1.0 can carry: no control characters but tab and newline, no bytes that are no
/// UTF-8, and not the two code points that it forbids.
std::string xml_text(std::string_view text);

void set_attribute(pugi::xml_node node, const char* name, const std::string& value);

/// What a document begins with.
void declare_xml(pugi::xml_document& document);
std::string text_of(const pugi::xml_document& document);

}  // namespace fencelab::campaign
