#include <cstdio>

#include "app/commands.h"
#include "codec/json.h"
#include "dispatch/dispatcher.h"

namespace coder::app {

using codec::Value;

const CommandSpec kModelsSpec{"models", "[NAME]", "ask every configured server which models it has", {}};

namespace {

struct Lane {
  const config::Model* model;
  std::optional<Result<provider::ModelList>> list;
  std::unique_ptr<dispatch::Operation> operation;
};

Value lane_value(const Lane& lane) {
  Value::Array ids;
  if (*lane.list) {
    for (const std::string& id : (**lane.list).ids) ids.push_back(Value(id));
  }
  return Value(Value::Map{{"name", Value(lane.model->name)},
                          {"ok", Value(lane.list->ok())},
                          {"models", Value(std::move(ids))},
                          {"error", lane.list->ok() ? Value() : error_value(lane.list->error())}});
}

}  // namespace

int run_models(const Args& args) {
  const bool json = args.has("--json");
  Result<config::Config> loaded = load_config(args);
  if (!loaded) return fail(json, loaded.error());
  const auto config = std::make_shared<const config::Config>(std::move(*loaded));
  std::optional<std::string> name;
  if (!args.positional().empty()) name = args.positional()[0];
  if (args.positional().size() > 1) return fail(json, Error{ErrorKind::usage, "give one NAME or none", ""});
  if (config->models.empty()) return fail(json, routing::no_models(*config));
  if (name && !config->find(*name)) return fail(json, routing::no_such_model(*config, *name));

  loop::Loop loop;
  dispatch::Dispatcher dispatcher(loop, [config] { return config; });
  std::vector<Lane> lanes;
  for (const config::Model& model : config->models) {
    if (!name || model.name == *name) lanes.push_back({&model, {}, {}});
  }
  size_t waiting = lanes.size();
  for (Lane& lane : lanes) {
    lane.operation = dispatcher.models(*lane.model, [&](Result<provider::ModelList> list) {
      lane.list.emplace(std::move(list));
      if (--waiting == 0) loop.stop();
    });
  }
  loop.run();

  const Error* first_error = nullptr;
  size_t good = 0;
  Value::Array values;
  for (const Lane& lane : lanes) {
    values.push_back(lane_value(lane));
    if (lane.list->ok()) {
      ++good;
    } else if (!first_error) {
      first_error = &lane.list->error();
    }
  }
  Value::Map object{{"lanes", Value(std::move(values))}};
  if (!json) {
    std::string out;
    for (const Lane& lane : lanes) {
      const config::Model& model = *lane.model;
      out += model.name + "  " + to_string(model.lane) + (model.trusted ? ", trusted" : "") + "  " +
             model.base_url + "\n";
      if (lane.list->ok()) {
        for (const std::string& id : (**lane.list).ids) {
          out += std::string(id == model.model ? "  * " : "    ") + id + "\n";
        }
      } else {
        out += "  ! " + lane.list->error().text() + "\n";
      }
    }
    print(out);
  }
  lanes.front().operation.reset();
  // One dead lane among several is news, not a failure of this command.
  if (first_error && good == 0) return fail(json, *first_error, std::move(object));
  if (json) print(codec::dump_json(Value(std::move(object))) + "\n");
  return 0;
}

}  // namespace coder::app
