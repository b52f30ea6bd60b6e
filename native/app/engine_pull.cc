// `coder-nvim engine pull`: a model file into the folder of models.
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <filesystem>

#include "app/engine.h"
#include "base/sha256.h"
#include "base/text.h"
#include "codec/json.h"
#include "engine/download.h"
#include "engine/find.h"
#include "engine/gpu.h"
#include "engine/presets.h"
#include "loop/loop.h"

namespace coder::app {

using codec::Value;
using engine::Downloaded;

namespace {

/// Tells how far it is: in one line on a terminal, else every ten percent.
class Progress {
 public:
  void show(int64_t have, int64_t total) {
    const int64_t percent = total > 0 ? have / std::max<int64_t>(1, total / 100) : 0;
    const int64_t step = terminal_ ? 1 : 10;
    if (total <= 0 || percent / step == shown_) return;
    shown_ = percent / step;
    std::fprintf(stderr, terminal_ ? "\r%lld of %lld MiB, %lld %% " : "%lld of %lld MiB, %lld %%\n",
                 static_cast<long long>(have >> 20), static_cast<long long>(total >> 20),
                 static_cast<long long>(std::min<int64_t>(percent, 100)));
  }
  void end() const {
    if (terminal_ && shown_ >= 0) std::fputc('\n', stderr);
  }

 private:
  const bool terminal_ = ::isatty(STDERR_FILENO) == 1;
  int64_t shown_ = -1;
};

Value::Map object_of(const std::string& file, const Downloaded& done) {
  return {{"file", Value(file)},
          {"bytes", Value(done.bytes)},
          {"sha256", Value(done.sha256)},
          {"verified", Value(done.verified)},
          {"resumed", Value(done.resumed)}};
}

std::string gigabytes(int64_t bytes) {
  char out[32];
  std::snprintf(out, sizeof out, "%.1f GB", static_cast<double>(bytes) / 1e9);
  return out;
}

/// The presets, with a mark at those for this machine.
int list_presets(bool json) {
  int64_t memory = 0;
  for (const engine::Gpu& gpu : engine::probe_gpus().gpus) memory = std::max(memory, gpu.memory_total);
  const std::vector<const engine::Preset*> best = engine::suggested(memory);
  Value::Array list;
  std::string out = "coder-nvim engine pull NAME, or the address of a GGUF file:\n";
  for (const engine::Preset& preset : engine::presets()) {
    const bool mine = std::find(best.begin(), best.end(), &preset) != best.end();
    list.push_back(Value(Value::Map{{"name", Value(preset.name)},
                                    {"use", Value(preset.use)},
                                    {"machine", Value(preset.machine)},
                                    {"url", Value(engine::url_of(preset))},
                                    {"bytes", Value(preset.bytes)},
                                    {"suggested", Value(mine)}}));
    std::string line = std::string(mine ? "* " : "  ") + preset.name;
    line.resize(16, ' ');
    out += line + preset.use + ", for " + preset.machine + ": " + preset.file + ", " +
           gigabytes(preset.bytes) + "\n";
  }
  out += "* for this machine\n";
  print(json ? codec::dump_json(Value(Value::Map{{"presets", Value(std::move(list))}})) + "\n" : out);
  return 0;
}

/// A file that is there already; fails when it is another one than the checksum says.
Result<Downloaded> look_at(const std::string& file, const std::string& sha256) {
  Downloaded out;
  std::error_code failed;
  out.bytes = static_cast<int64_t>(std::filesystem::file_size(file, failed));
  out.sha256 = sha256_of_file(file);
  out.verified = !sha256.empty();
  if (sha256.empty() || out.sha256 == sha256) return out;
  return Error{ErrorKind::provider, file + " is there, and is another file: its SHA-256 is " + out.sha256,
               "move it away, then pull again"};
}

}  // namespace

int engine_pull(const Args& args) {
  const bool json = args.has("--json");
  if (args.positional().size() < 2) return list_presets(json);
  const engine::Preset* const preset = engine::find_preset(args.positional()[1]);
  const std::string url = preset ? engine::url_of(*preset) : args.positional()[1];
  const std::string name = engine::file_name_of(url);
  const bool web = starts_with_ignoring_case(url, "https://") || starts_with_ignoring_case(url, "http://");
  if (!web || name.empty()) {
    std::vector<std::string> names;
    for (const engine::Preset& one : engine::presets()) names.emplace_back(one.name);
    return fail(json, Error{ErrorKind::usage,
                            "there is no model named `" + one_line(url, 60) +
                                "` to pull, nor is it an http(s) "
                                "address of a GGUF file",
                            "there are " + join(names, ", ")});
  }
  std::string sha256 = lower_ascii(args.get("--sha256").value_or(""));
  if (args.has("--sha256") &&
      (sha256.size() != 64 || sha256.find_first_not_of("0123456789abcdef") != sha256.npos))
    return fail(json, Error{ErrorKind::usage, "`--sha256` wants 64 hexadecimal digits", ""});
  const std::string folder = engine::models_folder();
  if (folder.empty())
    return fail(json, Error{ErrorKind::config, "there is no folder for models", "set HOME or XDG_DATA_HOME"});
  const std::string file = folder + "/" + name;

  Result<Downloaded> result =
      Error{ErrorKind::interrupted, "interrupted", "run it again: it goes on where it was"};
  std::error_code failed;
  if (std::filesystem::exists(file, failed)) {
    result = look_at(file, sha256);
  } else {
    loop::Loop loop;
    http::Client client(loop);
    Progress progress;
    engine::Download::Options options;
    options.url = url;
    options.target = file;
    options.sha256 = sha256;
    options.on_progress = [&](int64_t have, int64_t total) { progress.show(have, total); };
    const loop::Signal interrupt(loop, SIGINT, [&] { loop.stop(); }),
        term(loop, SIGTERM, [&] { loop.stop(); });
    const engine::Download download(loop, client, std::move(options), [&](Result<Downloaded> done) {
      result = std::move(done);
      loop.stop();
    });
    loop.run();
    progress.end();
  }
  if (!result) return fail(json, result.error());
  if (json) {
    print(codec::dump_json(Value(object_of(file, *result))) + "\n");
  } else {
    print(file + "\n  " + std::to_string(result->bytes >> 20) + " MiB, SHA-256 " + result->sha256 +
          (result->verified ? ", as it should be" : "; compare it with the one that is published") +
          "\n  to use it: model = \"" + name + "\" in [engine]\n");
  }
  return 0;
}

}  // namespace coder::app
