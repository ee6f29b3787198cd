#include <trace_subset.pb.h>

#include <catch2/catch.hpp>
#include <set>

#include "tests/cli/program.hpp"
#include "tests/trace/readers.hpp"

namespace fencelab::tests {

namespace {

using google::protobuf::Message;
using google::protobuf::Reflection;

/// Everything that was written has a place in the published format.
void refuse_unknown(const Message& message) {
  const Reflection& reflection = *message.GetReflection();
  if (!reflection.GetUnknownFields(message).empty()) FAIL("unknown: " << message.DebugString());
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const auto* field : fields) {
    if (field->cpp_type() != google::protobuf::FieldDescriptor::CPPTYPE_MESSAGE) continue;
    if (!field->is_repeated()) {
      refuse_unknown(reflection.GetMessage(message, field));
      continue;
    }
    for (int i = 0; i < reflection.FieldSize(message, field); ++i)
      refuse_unknown(reflection.GetRepeatedMessage(message, field, i));
  }
}

/// Fields of whatever event it is, by name.
std::map<std::string, std::string> fields_of(const Message& message) {
  const Reflection& reflection = *message.GetReflection();
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  std::map<std::string, std::string> texts;
  for (const auto* field : fields) {
    using Field = google::protobuf::FieldDescriptor;
    std::string text;
    switch (field->cpp_type()) {
      case Field::CPPTYPE_STRING: text = reflection.GetString(message, field); break;
      case Field::CPPTYPE_UINT32:
        text = std::to_string(reflection.GetUInt32(message, field));
        break;
      case Field::CPPTYPE_UINT64:
        text = std::to_string(reflection.GetUInt64(message, field));
        break;
      case Field::CPPTYPE_INT32: text = std::to_string(reflection.GetInt32(message, field)); break;
      case Field::CPPTYPE_INT64: text = std::to_string(reflection.GetInt64(message, field)); break;
      default: FAIL("a field of another type: " << std::string(field->name()));
    }
    texts[std::string(field->name())] = text;
  }
  return texts;
}

class PerfettoReader {
 public:
  PerfettoTrace trace;

  void read(const perfetto_subset::TracePacket& packet) {
    if (packet.trusted_packet_sequence_id() != 1) FAIL("another sequence");
    for (const auto& word : packet.interned_data().event_names())
      learn(event_names_, word.iid(), word.name());
    for (const auto& word : packet.interned_data().debug_annotation_names())
      learn(argument_names_, word.iid(), word.name());
    if (packet.has_track_descriptor()) describe(packet.track_descriptor());
    if (packet.has_track_event()) happen(packet);
    for (const auto& event : packet.ftrace_events().event()) fire(event);
  }

 private:
  using Words = std::map<std::uint64_t, std::string>;
  static void learn(Words& words, std::uint64_t iid, const std::string& name) {
    if (iid == 0 || !words.emplace(iid, name).second) FAIL("a word with the number of another");
  }
  void describe(const perfetto_subset::TrackDescriptor& track) {
    if (track.has_process())
      return trace.timeline.declare(track.uuid(), track.process().process_name(), 0);
    if (!track.has_thread())
      return trace.timeline.declare(track.uuid(), track.name(), track.parent_uuid());
    if (!track.disallow_merging_with_system_tracks()) FAIL("tracepoints could end our slices");
    trace.timeline.declare(track.uuid(), track.thread().thread_name(),
                           static_cast<std::uint64_t>(track.thread().pid()));
  }
  void happen(const perfetto_subset::TracePacket& packet) {
    const auto& event = packet.track_event();
    const auto at = static_cast<std::int64_t>(packet.timestamp());
    const bool first = !cleared_;
    cleared_ = true;
    if (!packet.has_timestamp() || packet.sequence_flags() != (first ? 3u : 2u))
      FAIL("a reader would drop " << packet.DebugString());
    for (const std::uint64_t flow : event.flow_ids()) trace.timeline.leave(flow, at);
    for (const std::uint64_t flow : event.terminating_flow_ids()) trace.timeline.arrive(flow, at);
    switch (event.type()) {
      case perfetto_subset::TrackEvent::TYPE_SLICE_BEGIN:
        return trace.timeline.begin(event.track_uuid(), at, name_of(event), arguments_of(event));
      case perfetto_subset::TrackEvent::TYPE_SLICE_END:
        return trace.timeline.end(event.track_uuid(), at);
      case perfetto_subset::TrackEvent::TYPE_INSTANT:
        return trace.timeline.instant(event.track_uuid(), at, name_of(event));
      case perfetto_subset::TrackEvent::TYPE_COUNTER:
        return trace.timeline.count(event.track_uuid(), at, event.counter_value());
      default: FAIL("an event without a type");
    }
  }
  std::string name_of(const perfetto_subset::TrackEvent& event) const {
    return event.has_name_iid() ? event_names_.at(event.name_iid()) : event.name();
  }
  std::map<std::string, std::string> arguments_of(const perfetto_subset::TrackEvent& event) const {
    std::map<std::string, std::string> arguments;
    for (const auto& argument : event.debug_annotations())
      arguments[argument_names_.at(argument.name_iid())] =
          argument.has_string_value() ? argument.string_value()
                                      : std::to_string(argument.uint_value());
    return arguments;
  }
  void fire(const perfetto_subset::FtraceEvent& event) {
    const auto* const descriptor = event.GetDescriptor()->FindOneofByName("event");
    const auto* const field = event.GetReflection()->GetOneofFieldDescriptor(event, descriptor);
    if (!field) FAIL("a tracepoint without a name");
    if (event.timestamp() < fired_) FAIL("tracepoints out of order");
    fired_ = event.timestamp();
    if (event.pid() != 0 && !trace.timeline.tracks.contains(event.pid())) FAIL("who is that?");
    trace.points.push_back({std::string(field->name()),
                            static_cast<std::int64_t>(event.timestamp()),
                            event.pid(),
                            {},
                            fields_of(event.GetReflection()->GetMessage(event, field))});
  }
  Words event_names_, argument_names_;
  bool cleared_ = false;
  std::uint64_t fired_ = 0;
};

}  // namespace

PerfettoTrace read_perfetto(const std::string& path, bool whole) {
  perfetto_subset::Trace trace;
  REQUIRE(trace.ParseFromString(testing::read_file(path)));
  refuse_unknown(trace);
  PerfettoReader reader;
  for (const auto& packet : trace.packet()) reader.read(packet);
  reader.trace.timeline.finish(whole);
  return std::move(reader.trace);
}

}  // namespace fencelab::tests
