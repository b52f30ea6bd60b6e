// `coder-nvim engine doctor`: what is wrong with the local engine, and what helps.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>

#include "app/engine.h"
#include "codec/json.h"
#include "engine/gpu.h"

namespace coder::app {

using codec::Value;

namespace {

constexpr size_t kMaxOwnLog = 16u << 20;  // the keeper's limit is less

Value diagnoses_value(const std::vector<engine::Diagnosis>& diagnoses) {
  Value::Array out;
  for (const engine::Diagnosis& one : diagnoses) {
    out.push_back(Value(Value::Map{
        {"line", Value(one.line)}, {"meaning", Value(one.meaning)}, {"remedy", Value(one.remedy)}}));
  }
  return out;
}

std::string diagnoses_words(const std::string& log, const std::vector<engine::Diagnosis>& diagnoses) {
  std::string out;
  for (const engine::Diagnosis& one : diagnoses) {
    out += log + ":" + std::to_string(one.line) + ": " + one.meaning + "\n  log:    " + one.text +
           "\n  remedy: " + one.remedy + "\n";
  }
  return out;
}

constexpr size_t kMaxLogBytes = size_t{1} << 30;

/// Everything of `path` that the doctor takes.
Result<engine::Doctor> read_log(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat info {};
  if (fd >= 0 && ::fstat(fd, &info) == 0 && S_ISDIR(info.st_mode)) {
    ::close(fd);
    return Error{ErrorKind::usage, path + " is a folder", "name the log itself with --log"};
  }
  if (fd < 0) {
    return Error{ErrorKind::usage, "cannot read " + path + ": " + std::strerror(errno),
                 "check the path given with --log"};
  }
  engine::Doctor doctor;
  std::string buffer(64 * 1024, '\0');
  size_t total = 0;
  while (total < kMaxLogBytes) {
    const ssize_t n = ::read(fd, buffer.data(), std::min(buffer.size(), kMaxLogBytes - total));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      const Error error{ErrorKind::usage, "cannot read " + path + ": " + std::strerror(errno), ""};
      ::close(fd);
      return error;
    }
    if (n == 0) break;
    doctor.feed({buffer.data(), static_cast<size_t>(n)});
    total += static_cast<size_t>(n);
  }
  ::close(fd);
  doctor.finish();
  return doctor;
}

int doctor_of_log(const std::string& log, bool json) {
  const Result<engine::Doctor> doctor = read_log(log);
  if (!doctor) return fail(json, doctor.error());
  if (json) {
    print(codec::dump_json(Value(Value::Map{{"diagnoses", diagnoses_value(doctor->diagnoses())}})) + "\n");
    return 0;
  }
  std::string out = diagnoses_words(log, doctor->diagnoses());
  if (out.empty()) {
    out = log + ": " + std::to_string(doctor->lines()) + " lines, no trouble in them that is known\n";
  }
  print(out);
  return 0;
}

/// What the engine wrote since it was started last; lines count from the start of the file.
std::vector<engine::Diagnosis> last_run(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text(kMaxOwnLog, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(std::max<std::streamsize>(0, file.gcount())));
  const size_t start = text.rfind(" coder-nvim: starting ");
  const size_t from = start == std::string::npos ? 0 : start;
  engine::Doctor doctor;
  doctor.feed(std::string_view(text).substr(from));
  doctor.finish();
  std::vector<engine::Diagnosis> out = doctor.diagnoses();
  const auto before = std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(from), '\n');
  for (engine::Diagnosis& one : out) one.line += before;
  return out;
}

struct Check {
  bool ok;
  std::string what;
  std::string remedy;
};

std::string gib(int64_t bytes) {
  const int64_t tenths = bytes / ((int64_t{1} << 30) / 10);
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " GiB";
}

void check_engine(const Prepared& prepared, std::vector<Check>& out) {
  const engine::Plan& plan = prepared.plan;
  out.push_back({true, "program: " + plan.command.front(), ""});
  const std::string& kind = prepared.facts.architecture;
  out.push_back({true,
                 "model: " + plan.model + " (" + (kind.empty() ? "" : kind + ", ") +
                     gib(prepared.facts.file_bytes) + ")",
                 ""});
  const bool gpu = prepared.machine.gpu_memory > 0;
  const int64_t free = gpu ? prepared.machine.gpu_memory : prepared.machine.memory;
  const int64_t need = engine::bytes_needed(plan, prepared.facts);
  out.push_back({need <= free,
                 "memory: " + gib(need) + " for weights and " + std::to_string(plan.slots) + " slots of " +
                     std::to_string(plan.context / plan.slots) + " tokens, " + gib(free) + " free on the " +
                     (gpu ? "GPU" : "machine"),
                 need <= free ? "" : "a smaller model or quantisation, or close other programs"});
  if (!prepared.note.empty()) out.push_back({false, prepared.note, ""});
}

/// Configuration, program, model, memory, GPU, and how the engine is now.
std::vector<Check> checks_of(const Args& args, const engine::Paths& paths) {
  std::vector<Check> out;
  const Result<Prepared> prepared = prepare_engine(args, paths);
  if (prepared) {
    check_engine(*prepared, out);
  } else {
    out.push_back({false, prepared.error().message, prepared.error().hint});
  }
  const engine::GpuReport gpus = engine::probe_gpus();
  // No GPU is no trouble; a driver that does not work is.
  if (!gpus.problem.empty()) out.push_back({gpus.remedy.empty(), "GPU: " + gpus.problem, gpus.remedy});
  for (const engine::Gpu& gpu : gpus.gpus) {
    out.push_back({true,
                   "GPU: " + engine::describe(gpu) + ", driver " + gpus.driver + " (CUDA " + gpus.cuda + ")",
                   ""});
  }
  const engine::Status status = engine::read_lease(paths).status;
  out.push_back({status.state != engine::State::failed, "state: " + state_words(status), status.remedy});
  return out;
}

int doctor_of_all(const Args& args, bool json) {
  const Result<engine::Paths> paths = engine::Paths::make();
  if (!paths) return fail(json, paths.error());
  const std::vector<engine::Diagnosis> diagnoses = last_run(paths->log);
  const std::vector<Check> checks = checks_of(args, *paths);
  if (json) {
    Value::Array list;
    for (const Check& check : checks) {
      list.push_back(Value(
          Value::Map{{"ok", Value(check.ok)}, {"what", Value(check.what)}, {"remedy", Value(check.remedy)}}));
    }
    print(codec::dump_json(Value(Value::Map{{"diagnoses", diagnoses_value(diagnoses)},
                                            {"checks", Value(std::move(list))},
                                            {"log", Value(paths->log)}})) +
          "\n");
    return 0;
  }
  std::string out;
  for (const Check& check : checks) {
    out += (check.ok ? "ok    " : "WRONG ") + check.what + "\n";
    if (!check.remedy.empty()) out += "      remedy: " + check.remedy + "\n";
  }
  print(out + diagnoses_words(paths->log, diagnoses));
  return 0;
}

}  // namespace

int engine_doctor(const Args& args) {
  const bool json = args.has("--json");
  if (const std::optional<std::string> log = args.get("--log")) return doctor_of_log(*log, json);
  return doctor_of_all(args, json);
}

}  // namespace coder::app
