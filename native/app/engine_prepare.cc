// What the local engine is started with: configuration, program, model, machine.
#include "app/engine.h"
#include "engine/find.h"
#include "engine/gpu.h"
#include "loop/loop.h"

namespace coder::app {
namespace {

constexpr Millis kAskTimeout{30'000};
constexpr size_t kMaxAnswer = 1u << 20;

/// What `command` with `argument` prints; empty when it cannot be run.
std::string output_of(std::vector<std::string> command, const char* argument) {
  command.emplace_back(argument);
  loop::Loop loop;
  std::string out;
  const loop::Process process(loop, command, kAskTimeout, kMaxAnswer,
                              [&](Result<loop::ProcessResult> result) {
                                if (result) out = result->out + result->err;
                                loop.stop();
                              });
  loop.run();
  return out;
}

/// Why a GPU that is there is not used, by what the program printed of its devices.
std::string unused_gpu(const std::string& devices) {
  const engine::GpuReport report = engine::probe_gpus();
  if (report.gpus.empty()) return "";
  engine::Doctor doctor;
  doctor.feed(devices);
  doctor.finish();
  const std::string name = "the GPU (" + report.gpus.front().name + ") is not used: ";
  if (doctor.diagnoses().empty())
    return name + "this llama-server is a build without it; sh native/install.sh --engine builds one with it";
  return name + doctor.diagnoses().front().meaning + "; " + doctor.diagnoses().front().remedy;
}

}  // namespace

// What the user named is taken as it is: its log tells what is wrong with it.
Result<std::vector<std::string>> find_engine(const config::Engine& engine) {
  const auto candidates = engine::server_candidates(engine);
  if (!engine.command.empty()) return candidates.front();
  std::string old;
  for (const std::vector<std::string>& candidate : candidates) {
    const std::string missing = engine::missing_option(output_of(candidate, "--help"));
    if (missing.empty()) return candidate;
    if (old.empty()) old = candidate.front() + " is too old: it has no " + missing;
  }
  return Error{ErrorKind::config, old.empty() ? "no llama-server is installed" : old,
               "sh native/engine.sh builds one, or name yours with `command` in [engine]"};
}

Result<Prepared> prepare_engine(const Args& args, const engine::Paths& paths) {
  const Result<config::Config> config = load_config(args);
  if (!config) return config.error();
  if (config->has_errors())
    return Error{ErrorKind::config, config->file + " has errors", "coder-nvim config check lists them"};
  Result<std::string> model = engine::find_model(config->engine, config->file);
  if (!model) return std::move(model.error());
  Result<engine::ModelFacts> facts = engine::read_gguf(*model);
  if (!facts) return std::move(facts.error());
  Result<std::vector<std::string>> server = find_engine(config->engine);
  if (!server) return std::move(server.error());

  Prepared out;
  out.facts = std::move(*facts);
  out.idle = config->engine.idle_unload;
  out.plan.command = std::move(*server);
  out.plan.model = std::move(*model);
  out.plan.extra = config->engine.args;
  out.plan.socket = paths.socket;
  out.plan.key_file = paths.key;
  out.plan.idle = config->engine.idle_unload;
  // Asked of the engine itself: what it cannot use does not count, whatever the machine has.
  const std::string devices = output_of(out.plan.command, "--list-devices");
  out.machine = {engine::available_memory(), engine::free_gpu_memory(devices)};
  if (out.machine.gpu_memory == 0) out.note = unused_gpu(devices);
  engine::fit(out.plan, out.facts, out.machine);
  return out;
}

}  // namespace coder::app
