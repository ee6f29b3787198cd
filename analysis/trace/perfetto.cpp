#include "analysis/trace/perfetto.hpp"

#include <protozero/pbf_writer.hpp>

#include "analysis/trace/perfetto_events.hpp"
#include "analysis/trace/text.hpp"

namespace fencelab::analysis {

namespace {

using protozero::pbf_writer;

// Numbers of fields, by message.
namespace trace {
constexpr std::uint32_t kPacket = 1;
}
namespace packet_field {
constexpr std::uint32_t kFtraceEvents = 1, kTimestamp = 8, kTrustedPacketSequenceId = 10,
                        kTrackEvent = 11, kInternedData = 12, kSequenceFlags = 13,
                        kTrackDescriptor = 60;
constexpr std::uint32_t kIncrementalStateCleared = 1, kNeedsIncrementalState = 2;
}  // namespace packet_field
namespace interned {
constexpr std::uint32_t kEventNames = 2, kDebugAnnotationNames = 3;
constexpr std::uint32_t kIid = 1, kName = 2;
}  // namespace interned
namespace track_event {
constexpr std::uint32_t kDebugAnnotations = 4, kType = 9, kNameIid = 10, kTrackUuid = 11,
                        kName = 23, kCounterValue = 30, kFlowIds = 47, kTerminatingFlowIds = 48;
constexpr std::uint64_t kSliceBegin = 1, kSliceEnd = 2, kInstant = 3, kCounter = 4;
}  // namespace track_event
namespace annotation_field {
constexpr std::uint32_t kNameIid = 1, kUintValue = 3, kStringValue = 6, kName = 10;
}
namespace descriptor {
constexpr std::uint32_t kUuid = 1, kName = 2, kProcess = 3, kThread = 4, kParentUuid = 5,
                        kCounter = 8, kDisallowMergingWithSystemTracks = 9;
constexpr std::uint32_t kProcessPid = 1, kProcessName = 6;
constexpr std::uint32_t kThreadPid = 1, kThreadTid = 2, kThreadName = 5;
constexpr std::uint32_t kCounterUnit = 3;
constexpr std::uint64_t kUnitCount = 2, kUnitSizeBytes = 3;
}  // namespace descriptor
namespace bundle {
constexpr std::uint32_t kCpu = 1, kEvent = 2;
}

/// Readers tell sequences of packets apart by it; there is one.
constexpr std::uint32_t kSequence = 1;
/// More different words than a run has; beyond them they are written out.
constexpr std::size_t kWordsMax = 4096;
constexpr unsigned kBundledMax = 64;

std::uint64_t timestamp_of(core::Time at) {
  return static_cast<std::uint64_t>(core::nanoseconds_of(at));
}

void describe_process(const Track& track, pbf_writer& writer) {
  pbf_writer process(writer, descriptor::kProcess);
  process.add_int32(descriptor::kProcessPid, static_cast<std::int32_t>(track.id));
  process.add_string(descriptor::kProcessName, valid_utf8(track.name));
}

void describe_thread(const Track& track, pbf_writer& writer) {
  {
    pbf_writer thread(writer, descriptor::kThread);
    thread.add_int32(descriptor::kThreadPid, static_cast<std::int32_t>(track.group));
    thread.add_int64(descriptor::kThreadTid, track.id);
    thread.add_string(descriptor::kThreadName, valid_utf8(track.name));
  }
  // Slices that the viewer makes of tracepoints must not end ours.
  writer.add_bool(descriptor::kDisallowMergingWithSystemTracks, true);
}

}  // namespace

Perfetto::Perfetto(TraceOutput& output, TraceNames names) : output_(output), names_(names) {}

Perfetto::~Perfetto() { flush_bundle(); }

void Perfetto::packet(core::Time at, std::string_view event) {
  std::string body;
  pbf_writer writer(body);
  writer.add_uint64(packet_field::kTimestamp, timestamp_of(at));
  writer.add_uint32(packet_field::kTrustedPacketSequenceId, kSequence);
  writer.add_uint32(packet_field::kSequenceFlags, cleared_
                                                      ? packet_field::kNeedsIncrementalState
                                                      : packet_field::kIncrementalStateCleared |
                                                            packet_field::kNeedsIncrementalState);
  cleared_ = true;
  if (!event_names_.fresh.empty() || !argument_names_.fresh.empty()) {
    writer.add_message(packet_field::kInternedData, event_names_.fresh + argument_names_.fresh);
    event_names_.fresh.clear();
    argument_names_.fresh.clear();
  }
  body += event;
  std::string record;
  pbf_writer(record).add_message(trace::kPacket, body);
  output_.append(record);
}

void Perfetto::append_packet(std::string body) {
  pbf_writer(body).add_uint32(packet_field::kTrustedPacketSequenceId, kSequence);
  std::string record;
  pbf_writer(record).add_message(trace::kPacket, body);
  output_.append(record);
}

void Perfetto::declare(const Track& track) {
  std::string body;
  {
    pbf_writer writer(body);
    pbf_writer descriptor_writer(writer, packet_field::kTrackDescriptor);
    descriptor_writer.add_uint64(descriptor::kUuid, track.id);
    if (track.kind == TrackKind::group) describe_process(track, descriptor_writer);
    if (track.kind == TrackKind::thread) describe_thread(track, descriptor_writer);
    if (track.kind == TrackKind::lane || track.kind == TrackKind::counter) {
      descriptor_writer.add_uint64(descriptor::kParentUuid, track.group);
      descriptor_writer.add_string(descriptor::kName, valid_utf8(track.name));
    }
    if (track.kind == TrackKind::counter) {
      pbf_writer counter(descriptor_writer, descriptor::kCounter);
      counter.add_uint64(descriptor::kCounterUnit,
                         track.bytes ? descriptor::kUnitSizeBytes : descriptor::kUnitCount);
    }
  }
  append_packet(body);
}

std::uint64_t Perfetto::number_of(Words& words, std::uint32_t field, std::string_view word) {
  const auto known = words.ids.find(std::string(word));
  if (known != words.ids.end()) return known->second;
  if (words.ids.size() == kWordsMax) return 0;
  const std::uint64_t number = words.ids.size() + 1;
  words.ids.emplace(word, number);
  pbf_writer writer(words.fresh);
  pbf_writer definition(writer, field);
  definition.add_uint64(interned::kIid, number);
  definition.add_string(interned::kName, valid_utf8(word));
  return number;
}

std::string Perfetto::annotation(const Argument& argument) {
  std::string body;
  pbf_writer writer(body);
  const std::uint64_t name =
      number_of(argument_names_, interned::kDebugAnnotationNames, argument.name);
  if (name != 0)
    writer.add_uint64(annotation_field::kNameIid, name);
  else
    writer.add_string(annotation_field::kName, valid_utf8(argument.name));
  if (argument.is_text)
    writer.add_string(annotation_field::kStringValue, valid_utf8(argument.text));
  else
    writer.add_uint64(annotation_field::kUintValue, argument.number);
  return body;
}

void Perfetto::mark(const Mark& mark, std::uint64_t type) {
  std::string body;
  {
    pbf_writer writer(body);
    pbf_writer event(writer, packet_field::kTrackEvent);
    event.add_uint64(track_event::kType, type);
    event.add_uint64(track_event::kTrackUuid, mark.track);
    const std::uint64_t name = number_of(event_names_, interned::kEventNames, mark.name);
    if (name != 0)
      event.add_uint64(track_event::kNameIid, name);
    else
      event.add_string(track_event::kName, valid_utf8(mark.name));
    for (const Argument& argument : mark.arguments)
      event.add_message(track_event::kDebugAnnotations, annotation(argument));
    for (const std::uint64_t flow : mark.flows) event.add_fixed64(track_event::kFlowIds, flow);
  }
  packet(mark.at, body);
}

void Perfetto::begin(const Mark& beginning) { mark(beginning, track_event::kSliceBegin); }

void Perfetto::instant(const Mark& moment) { mark(moment, track_event::kInstant); }

void Perfetto::end(TrackId track, core::Time at, std::span<const std::uint64_t> flows) {
  std::string body;
  {
    pbf_writer writer(body);
    pbf_writer event(writer, packet_field::kTrackEvent);
    event.add_uint64(track_event::kType, track_event::kSliceEnd);
    event.add_uint64(track_event::kTrackUuid, track);
    for (const std::uint64_t flow : flows)
      event.add_fixed64(track_event::kTerminatingFlowIds, flow);
  }
  packet(at, body);
}

void Perfetto::count(TrackId track, core::Time at, std::uint64_t value) {
  std::string body;
  {
    pbf_writer writer(body);
    pbf_writer event(writer, packet_field::kTrackEvent);
    event.add_uint64(track_event::kType, track_event::kCounter);
    event.add_uint64(track_event::kTrackUuid, track);
    event.add_int64(track_event::kCounterValue, static_cast<std::int64_t>(value));
  }
  packet(at, body);
}

void Perfetto::tracepoint(const Tracepoint& point) {
  const std::string event = perfetto_ftrace_event(point, names_);
  if (event.empty()) return;
  if (bundle_.empty()) pbf_writer(bundle_).add_uint32(bundle::kCpu, 0);
  pbf_writer(bundle_).add_message(bundle::kEvent, event);
  if (++bundled_ == kBundledMax) flush_bundle();
}

void Perfetto::flush_bundle() {
  if (bundle_.empty()) return;
  std::string body;
  pbf_writer(body).add_message(packet_field::kFtraceEvents, bundle_);
  append_packet(body);
  bundle_.clear();
  bundled_ = 0;
}

void Perfetto::finish(core::Time) { flush_bundle(); }

}  // namespace fencelab::analysis
