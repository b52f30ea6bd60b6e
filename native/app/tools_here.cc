#include "app/tools_here.h"

#include <utility>

#include "base/text.h"
#include "codec/json.h"

namespace coder::app {

using codec::Value;

task::ToolPlace tools_here(std::shared_ptr<const config::Config> config, const std::string& root,
                           std::function<workspace::Indexer*()> indexer) {
  task::ToolPlace place;
  place.root = root;
  place.indexer = std::move(indexer);
  place.judge = [config](const std::string& path) { return config->path_rules().judge(path); };
  place.judge_diff = [config, root](const std::string& text) {
    return config->path_rules().judge_text(text, root);
  };
  return place;
}

Value tool_value(const task::ToolShown& shown) {
  const Result<Value> parsed = codec::parse_json(shown.arguments, {64u << 10, 16});
  return Value(Value::Map{{"name", Value(shown.name)},
                          {"arguments", parsed && parsed->as_map() ? *parsed : Value(shown.arguments)},
                          {"result", Value(shown.result)},
                          {"refused", Value(shown.refused)}});
}

std::string tool_line(const task::ToolShown& shown) { return "[tool] " + one_line(shown.line(), 400); }

}  // namespace coder::app
