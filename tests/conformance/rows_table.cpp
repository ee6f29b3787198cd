#include "tests/conformance/rows_table.hpp"

namespace fencelab::rows {

const std::vector<Section>& sections() {
  static const std::vector<Section> kSections = {
      {"dma_fence", "T01 T02 T03 T04 T05 T06 T07 T08 T09 T10 T11 T12 T13 T13a T13b T13c"},
      {"dma_resv",
       "T14 T15 T16 T17 T18 T19 T19a T19b T20 T21 T22 T23 T24 T24a T24b T24c T24d T24e T24f T24g"},
      {"sync_file export and import",
       "T25 T26 T27 T27a T28 T29 T30 T31 T32 T33 T33a T34 T34a T34b T34c"},
      {"syncobj",
       "T35 T36 T37 T37a T37b T38 T39 T40 T41 T41a T42 T43 T44 T44a T45 T45a T45b T45c T45d T46 "
       "T47 T48 T49 T50 T51"},
      {"sw_sync and merge", "T51a T51b T51c T51d T51e T51f T51g T51h T51i T51j"},
      {"locks", "T52 T53 T54 T54a T55 T56 T57 T58 T59 T60 T61 T61a T61b T61c T61d T61e"},
      {"drm_sched",
       "T62 T63 T64 T65 T66 T67 T68 T69 T70 T71 T72 T73 T74 T75 T76 T77 T77a T77b T77c T77d T77e "
       "T77f T77g"},
      {"chain, array, unwrap",
       "T78 T79 T80 T81 T82 T83 T84 T85 T86 T87 T88 T89 T90 T91 T92 T93 T94 T95 T95a T95b T95c"},
      {"memory management",
       "T96 T97 T98 T99 T100 T101 T102 T103 T104 T105 T106 T107 T108 T109 T110"},
      {"VM, long running, faults",
       "T111 T112 T113 T114 T115 T116 T117 T118 T119 T120 T121 T122 T123 T124 T125 T126 T127 T128"},
      {"vgem, display, timelines of engines",
       "T129 T130 T131 T132 T133 T134 T135 T136 T137 T138 T139"},
      {"amdgpu-like rules", "T140 T141 T142 T143 T144 T145 T146 T147 T148 T149 T150"},
  };
  return kSections;
}

const std::vector<Missing>& missing_rows() {
  static const std::vector<Missing> kMissing = {
      {"T13c", Gap::not_modelled, "fences are not freed while somebody could still ask"},
      {"T21", Gap::not_modelled, "no reader walks a reservation while somebody else changes it"},
      {"T45d", Gap::not_modelled, "user threads get no signals"},
      {"T47", Gap::not_modelled,
       "flags and handles are typed: there are no wrong ones to pass; a missing one is a broken "
       "sequence in the recordings' language (undef)"},
      {"T51g", Gap::not_modelled, "a sync file is a value; there is no wrong descriptor"},
      {"T113 T114", Gap::not_modelled,
       "an operation completes as its stack lets it: there is no wrong kind of fence to ask for"},
      {"T121 T122 T126 T127 T128", Gap::untested, "address spaces of xe"},
      {"T132 T133", Gap::not_modelled, "descriptors and addresses are typed"},
  };
  return kMissing;
}

}  // namespace fencelab::rows
