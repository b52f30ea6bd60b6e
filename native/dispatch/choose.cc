#include "dispatch/choose.h"

#include <algorithm>
#include <vector>

#include "base/text.h"

namespace coder::dispatch {

using config::Mode;
using config::Model;

namespace {

Error no_models(const config::Config& config) {
  for (const config::Problem& problem : config.problems) {
    if (problem.severity == config::Severity::error) {
      return {ErrorKind::config, "no usable model: " + problem.text(),
              "coder-nvim config check lists every problem"};
    }
  }
  return {ErrorKind::config, "no model is configured in " + config.file,
          "add a [models.NAME] block with provider, base_url and model; see :help coder-config"};
}

Error no_such(const config::Config& config, const std::string& name) {
  if (config.models.empty()) return no_models(config);
  std::vector<std::string> names;
  for (const Model& model : config.models) names.push_back(model.name);
  const std::string near = nearest(name, names);
  return {ErrorKind::config, "no model is called `" + one_line(name, 60) + "` in " + config.file,
          near.empty() ? "there are: " + join(names, ", ") : "did you mean `" + near + "`?"};
}

bool may_see(const Model& model, privacy::Label label) {
  return label == privacy::Label::any || model.trusted;
}

}  // namespace

Result<const Model*> choose(const config::Config& config, const Wish& wish, privacy::Label label) {
  if (wish.model) {
    if (const Model* named = config.find(*wish.model)) return named;
    return no_such(config, *wish.model);
  }

  const Mode mode = wish.mode.value_or(config.mode);
  std::vector<const Model*> fitting;
  for (const Model& model : config.models) {
    if (!model.chat) continue;
    if (mode == Mode::local && model.lane != privacy::Lane::local) continue;
    if (mode == Mode::cloud && model.lane != privacy::Lane::cloud) continue;
    fitting.push_back(&model);
  }
  if (fitting.empty()) {
    if (mode == Mode::automatic || config.models.empty()) return no_models(config);
    return Error{ErrorKind::config,
                 std::string("mode is ") + to_string(mode) + ", but no " + to_string(mode) +
                     " model is configured in " + config.file,
                 "set another mode or add a model to that lane"};
  }
  if (mode == Mode::automatic && wish.repo_scope) {
    std::stable_partition(fitting.begin(), fitting.end(),
                          [](const Model* model) { return model->lane == privacy::Lane::local; });
  }
  if (label == privacy::Label::local_only) {
    // Prefer one that may see it; with none, clear() refuses the first and says why.
    for (const Model* model : fitting) {
      if (model->trusted) return model;
    }
  }
  return fitting.front();
}

Result<std::vector<const Model*>> choose_completion(const config::Config& config,
                                                    const std::optional<std::string>& wish,
                                                    privacy::Label label) {
  const std::string name = wish ? *wish : config.completion.model;
  if (!name.empty()) {
    const Model* named = config.find(name);
    if (!named && name == "repo") {
      return Error{ErrorKind::config, "this version completes with configured models only, not with `repo`",
                   "name a [models.NAME] block, or leave the name out"};
    }
    if (!named) return no_such(config, name);
    if (may_see(*named, label)) return std::vector<const Model*>{named};
    if (wish) {
      return Error{ErrorKind::policy, "this text is local_only and lane " + named->name + " is not trusted",
                   "write lane = \"local\" or trusted = true in [models." + named->name + "] if it is yours"};
    }
  }
  std::vector<const Model*> open;
  bool closed = false;
  for (const Model& model : config.models) {
    if (!model.fim || model.lane != privacy::Lane::local) continue;
    if (may_see(model, label)) {
      open.push_back(&model);
    } else {
      closed = true;
    }
  }
  if (!open.empty()) return open;
  if (closed || (!name.empty() && label == privacy::Label::local_only)) {
    return Error{ErrorKind::policy, "this file is local_only and no lane for completions is trusted",
                 "write lane = \"local\" in the block of a model that is yours"};
  }
  return Error{ErrorKind::config, "no local model for ghost text is configured",
               "add a [models.NAME] block with a local address, or name one in [completion] model"};
}

}  // namespace coder::dispatch
