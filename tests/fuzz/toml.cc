// config::parse on anything: no crash, every problem well formed, no key in it.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "config/config.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const coder::config::Config config = coder::config::parse(text, "f");
  int lines = 1;
  for (char c : text) lines += c == '\n';
  for (const coder::config::Problem& problem : config.problems) {
    if (problem.message.empty() || problem.line < 0 || problem.line > lines) std::abort();
    if (problem.message.find('\n') != std::string::npos) std::abort();
  }
  for (const coder::config::Model& model : config.models) {
    if (model.name.empty() || model.model.empty() || model.address.url.empty()) std::abort();
    if (model.lane == coder::privacy::Lane::cloud && model.trusted && model.trust_unwritten) std::abort();
    const std::string& key = model.key.literal.reveal();
    if (key.size() < 20) continue;  // a short one may be part of anything
    if (coder::config::describe(model).find(key) != std::string::npos && text.find(key) == text.rfind(key)) {
      std::abort();
    }
  }
  return 0;
}
