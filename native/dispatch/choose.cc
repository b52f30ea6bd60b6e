#include "dispatch/choose.h"

#include <vector>

#include "routing/route.h"

namespace coder::dispatch {

using config::Model;

namespace {

bool may_see(const Model& model, privacy::Label label) {
  return label == privacy::Label::any || model.trusted;
}

}  // namespace

Result<std::vector<const Model*>> choose_completion(const config::Config& config,
                                                    const std::optional<std::string>& wish,
                                                    privacy::Label label) {
  const std::string name = wish ? *wish : config.completion.model;
  if (!name.empty()) {
    const Model* named = config.find(name);
    if (!named && name == "repo") {
      return Error{ErrorKind::config, "ghost text comes from the repository alone: `repo` is its model",
                   "name a [models.NAME] block, or leave the name out"};
    }
    if (!named) return routing::no_such_model(config, name);
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
