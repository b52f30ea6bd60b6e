// `coder-nvim engine ACTION`: the local engine by hand.
#include "app/engine.h"

#include "base/text.h"

namespace coder::app {

const CommandSpec kEngineSpec{
    "engine",
    "start|stop|status|run|doctor|pull [NAME|URL]",
    "the local engine: a llama-server that all Neovims of yours share",
    {{"--log", "FILE", "doctor: read this log and nothing else; of llama-server or vLLM"},
     {"--sha256", "HEX", "pull: the checksum that the file must have"},
     {"--detach", nullptr, "run: go on in the background once the engine is being started"},
     {"--no-wait", nullptr, "start: do not wait until the model is loaded"}}};

namespace {

struct Action {
  const char* name;
  int (*run)(const Args&);
  size_t words = 1;
};

constexpr Action kActions[] = {{"start", engine_start}, {"stop", engine_stop},     {"status", engine_status},
                               {"run", engine_run},     {"doctor", engine_doctor}, {"pull", engine_pull, 2}};

}  // namespace

int run_engine(const Args& args) {
  // Not for people: what the keeper starts, and what becomes the engine.
  if (args.positional().size() > 3 && args.positional()[0] == "exec") return engine_exec(args.positional());
  const bool json = args.has("--json");
  const std::string name = args.positional().empty() ? "" : args.positional()[0];
  std::vector<std::string> names;
  for (const Action& action : kActions) {
    names.emplace_back(action.name);
    if (name != action.name) continue;
    if (args.positional().size() <= action.words) return action.run(args);
    return fail(json, Error{ErrorKind::usage,
                            "unexpected argument `" + one_line(args.positional()[action.words], 60) + "`",
                            "see coder-nvim engine --help"});
  }
  const std::string near = nearest(name, names);
  return fail(json, Error{ErrorKind::usage,
                          name.empty() ? "coder-nvim engine wants an action: " + join(names, ", ")
                                       : "unknown action `" + one_line(name, 60) + "`",
                          near.empty() ? "see coder-nvim engine --help" : "did you mean `" + near + "`?"});
}

}  // namespace coder::app
