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

}  // namespace

Result<const Model*> choose(const config::Config& config, const Wish& wish, privacy::Label label) {
  if (wish.model) {
    if (const Model* named = config.find(*wish.model)) return named;
    if (config.models.empty()) return no_models(config);
    std::vector<std::string> names;
    for (const Model& model : config.models) names.push_back(model.name);
    const std::string near = nearest(*wish.model, names);
    return Error{ErrorKind::config, "no model is called `" + *wish.model + "` in " + config.file,
                 near.empty() ? "there are: " + join(names, ", ") : "did you mean `" + near + "`?"};
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

}  // namespace coder::dispatch
