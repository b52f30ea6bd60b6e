#include "completion/repo_model/gates.h"
#include "completion/repo_model/mixer.h"

namespace coder::completion {

const MixTable& mix_table() {
  static const MixTable table{};
  return table;
}

const GateTable& gate_table() {
  static const GateTable table{};
  return table;
}

}  // namespace coder::completion
