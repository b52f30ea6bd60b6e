// The trained tables as the source file that holds them.
#pragma once

#include <cstdio>
#include <string>

#include "repo_model_fit.h"

namespace coder::bench {

inline void print_tables(std::FILE* out, const Tables& tables, const std::string& command) {
  const auto row = [&](const auto& weights) {
    std::fprintf(out, "        {{");
    for (size_t i = 0; i < weights.size(); ++i) {
      std::fprintf(out, "%s%.3fF",
                   i == 0        ? ""
                   : i % 10 == 0 ? ",\n          "
                                 : ", ",
                   static_cast<double>(weights[i]));
    }
    std::fprintf(out, "}},\n");
  };
  const auto rows = [&](const auto& table) {
    for (const auto& weights : table) row(weights);
  };
  std::fprintf(out,
               "// Weights of the repo model, made by\n//   %s\n"
               "// Rows of the mixer: sets of mix_set(), by length of match, word begun, own file.\n"
               "#include \"completion/repo_model/gates.h\"\n#include \"completion/repo_model/mixer.h\"\n\n"
               "namespace coder::completion {\n\n// clang-format off\n"
               "const MixTable& mix_table() {\n  static const MixTable table{\n      {{\n",
               command.c_str());
  rows(tables.mix.token);
  std::fprintf(out, "      }},\n      {{\n");
  rows(tables.mix.none);
  std::fprintf(
      out,
      "      }}};\n  return table;\n}\n\nconst GateTable& gate_table() {\n  static const GateTable table{\n");
  for (const completion::GateWeights* gate : {&tables.gates.word, &tables.gates.line}) {
    std::fprintf(out, "      {\n");
    row(gate->direct);
    std::fprintf(out, "        {{\n");
    for (const auto& weights : gate->in) row(weights);
    std::fprintf(out, "        }},\n");
    row(gate->out);
    std::fprintf(out, "      },\n");
  }
  std::fprintf(out, "        {{");
  for (const auto& bounds : tables.gates.bounds) {
    std::fprintf(out, "{%.3fF, %.3fF}%s", static_cast<double>(bounds.strictness),
                 static_cast<double>(bounds.least), &bounds == &tables.gates.bounds[0] ? ", " : "");
  }
  std::fprintf(out, "}}};\n  return table;\n}\n// clang-format on\n\n}  // namespace coder::completion\n");
}

}  // namespace coder::bench
