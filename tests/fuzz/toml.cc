// config::parse and parse_project on anything: no crash, every problem well formed, no key in it; what
// routing is told of is there.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "config/config.h"
#include "config/project.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const coder::config::Config config = coder::config::parse(text, "f");
  int lines = 1;
  for (char c : text) lines += c == '\n';
  for (const coder::config::Problem& problem : config.problems) {
    if (problem.message.empty() || problem.line < 0 || problem.line > lines) std::abort();
    if (problem.message.find('\n') != std::string::npos) std::abort();
  }
  const auto there = [&](const std::string& name) { return config.find(name) != nullptr; };
  if (config.router.canary && !there(config.router.canary->model)) std::abort();
  if (config.router.shadow && !config.router.shadow->empty() && !there(*config.router.shadow)) std::abort();
  for (const auto& [task, target] : config.router.tasks) {
    if (target != "local" && target != "cloud" && !there(target)) std::abort();
  }
  if (config.limits.rps <= 0 || config.limits.burst < 1 || !config.rules || !config.projects) std::abort();
  const coder::config::Project project = coder::config::parse_project(text, "f");
  for (const coder::config::Problem& problem : project.problems) {
    if (problem.severity != coder::config::Severity::error || problem.line < 0 || problem.line > lines)
      std::abort();
    if (problem.message.empty() || problem.message.find('\n') != std::string::npos) std::abort();
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
