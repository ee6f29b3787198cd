#include "campaign/xml.hpp"

#include <sstream>

#include "scenarios/utf8.hpp"

namespace fencelab::campaign {

std::string xml_text(std::string_view text) {
  std::string safe;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find_first_of("\n\t", begin), text.size());
    safe += scenarios::printable(text.substr(begin, end - begin));
    if (end < text.size()) safe += text[end];
    begin = end + 1;
  }
  for (const std::string_view forbidden : {"\xEF\xBF\xBE", "\xEF\xBF\xBF"})  // U+FFFE, U+FFFF
    for (std::size_t at = safe.find(forbidden); at != std::string::npos; at = safe.find(forbidden))
      safe.replace(at, forbidden.size(), "?");
  return safe;
}

void set_attribute(pugi::xml_node node, const char* name, const std::string& value) {
  node.append_attribute(name).set_value(xml_text(value).c_str());
}

void declare_xml(pugi::xml_document& document) {
  pugi::xml_node head = document.append_child(pugi::node_declaration);
  head.append_attribute("version").set_value("1.0");
  head.append_attribute("encoding").set_value("UTF-8");
}

std::string text_of(const pugi::xml_document& document) {
  std::ostringstream text;
  document.save(text, " ");
  return text.str();
}

}  // namespace fencelab::campaign
