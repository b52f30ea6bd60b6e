#include "config/sections.h"

#include <algorithm>

#include "base/text.h"

namespace coder::config {
namespace {

constexpr size_t kMaxPatternBytes = 1024;

/// What [router] tasks may speak of.
const std::vector<std::string> kTasks = {"ask",     "refactor", "review", "doc",     "test",
                                         "explain", "pr",       "fix",    "complete"};

bool holds(const std::vector<std::string>& list, const std::string& text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

/// Warns of a NAME that no block has.
bool is_model_name(const Node& value, const std::string& named, const std::vector<std::string>& names,
                   Report& report) {
  if (holds(names, value.text)) return true;
  report.warning(value.line, named + " names no block under [models]" + did_you_mean(value.text, names));
  return false;
}

bool has_lane(const Config& config, const std::string& lane) {
  return std::any_of(config.models.begin(), config.models.end(),
                     [&](const Model& model) { return lane == privacy::to_string(model.lane); });
}

void read_mode(const Node& mode, Config& config, Report& report) {
  config.mode = mode.text == "local" ? Mode::local : mode.text == "cloud" ? Mode::cloud : Mode::automatic;
  if (config.mode == Mode::automatic || has_lane(config, mode.text)) return;
  report.warning(mode.line, "`mode` is \"" + mode.text + "\", and no model is on that lane");
}

void read_tasks(const Node& tasks, const std::vector<std::string>& names, Config& config, Report& report) {
  for (const Entry& entry : tasks.entries) {
    const std::string named = "`" + one_line(entry.key, 60) + "` in `tasks` in [router]";
    if (entry.value.type != Node::Type::text) {
      report.error(entry.value.line, named + " must be a string, not " + entry.value.type_name());
      continue;
    }
    if (!holds(kTasks, entry.key)) {
      report.warning(entry.line, named + " is no task that is known" + did_you_mean(entry.key, kTasks));
    }
    const std::string& target = entry.value.text;
    if (target == "local" || target == "cloud") {
      if (!has_lane(config, target)) {
        report.warning(entry.value.line, named + " prefers the " + target + " lane, and no model is on it");
      }
      config.router.tasks[entry.key] = target;
      continue;
    }
    if (!holds(names, target)) {
      std::vector<std::string> known = names;
      known.insert(known.end(), {"local", "cloud"});
      report.warning(entry.value.line, named + " must be \"local\", \"cloud\" or a block under [models]" +
                                           did_you_mean(target, known));
    } else if (config.find(target)) {
      config.router.tasks[entry.key] = target;
    }
  }
}

void read_router(const Node& node, const std::vector<std::string>& names, Config& config, Report& report) {
  Router& router = config.router;
  if (const Node* chars = node.find("large_prompt_chars")) router.large_prompt_chars = chars->integer;
  if (const Node* markers = node.find("repo_markers")) {
    router.repo_markers.clear();
    for (const Node& marker : markers->items) {
      if (!marker.text.empty()) {
        router.repo_markers.push_back(marker.text);
      } else {
        report.warning(marker.line, "`repo_markers` in [router] holds an empty text, which is left out");
      }
    }
  }
  if (const Node* slo = node.find("slo_ttft_ms")) router.slo_ttft = Millis(static_cast<int64_t>(slo->number));
  if (const Node* tasks = node.find("tasks")) read_tasks(*tasks, names, config, report);
  // A block that is there but has errors of its own is told there.
  if (const Node* canary = node.find("canary")) {
    const Node* model = canary->find("model");
    const Node* percent = canary->find("percent");
    if (model && is_model_name(*model, "`model` in `canary` in [router]", names, report) &&
        config.find(model->text)) {
      router.canary = Router::Canary{model->text, percent ? percent->number : 0};
    }
  }
  if (const Node* shadow = node.find("shadow")) {
    if (shadow->type == Node::Type::boolean) {
      if (shadow->boolean) router.shadow = "";
    } else if (is_model_name(*shadow, "`shadow` in [router]", names, report) && config.find(shadow->text)) {
      router.shadow = shadow->text;
    }
  }
}

void read_completion(const Node& node, const std::vector<std::string>& names, Config& config,
                     Report& report) {
  Completion& completion = config.completion;
  if (const Node* enabled = node.find("enabled")) completion.enabled = enabled->boolean;
  if (const Node* pause = node.find("debounce_ms")) {
    completion.debounce = Millis(static_cast<int64_t>(pause->number));
  }
  if (const Node* lines = node.find("max_lines")) completion.max_lines = static_cast<size_t>(lines->integer);
  if (const Node* model = node.find("model")) {
    completion.model = model->text;
    if (model->text != "repo") is_model_name(*model, "`model` in [completion]", names, report);
  }
  const Node* filetypes = node.find("filetypes");
  if (!filetypes) return;
  // A list names the filetypes that have ghost text; a table switches single ones.
  completion.all_filetypes = filetypes->type == Node::Type::table;
  for (const Node& item : filetypes->items) completion.filetypes[item.text] = true;
  for (const Entry& entry : filetypes->entries) {
    if (entry.value.type == Node::Type::boolean) {
      completion.filetypes[entry.key] = entry.value.boolean;
    } else {
      report.error(entry.value.line, "`" + entry.key +
                                         "` in `filetypes` in [completion] must be true or false, not " +
                                         entry.value.type_name());
    }
  }
}

}  // namespace

std::vector<std::string> read_patterns(const Node& node, const char* key, const char* section,
                                       std::vector<PathPattern>& all, Report& report) {
  const std::string named = "`" + std::string(key) + "` in " + section;
  std::vector<std::string> out;
  const Node* list = node.find(key);
  if (!list) return out;
  for (const Node& item : list->items) {
    if (item.text.size() > kMaxPatternBytes) {
      report.error(item.line, named + " holds a pattern of more than 1024 bytes");
      continue;
    }
    if (trim(item.text) != item.text) {
      report.warning(item.line, named + " holds a pattern with spaces around it; they are part of the name");
    }
    if (item.text.empty()) {
      report.warning(item.line, named + " holds an empty pattern, which matches nothing");
    } else if (item.text[0] == '!') {
      report.warning(item.line, named + " holds a pattern that begins with !; there is no negation");
    }
    out.push_back(item.text);
    all.push_back({item.text, named, item.line});
  }
  return out;
}

Budget read_budget(const Node& node) {
  Budget budget;
  if (const Node* monthly = node.find("monthly_usd")) budget.monthly_usd = monthly->number;
  if (const Node* daily = node.find("daily_usd")) budget.daily_usd = daily->number;
  return budget;
}

void read_sections(const Node& root, const std::vector<std::string>& names, Config& config, Report& report) {
  if (const Node* mode = root.find("mode")) read_mode(*mode, config, report);
  if (const Node* privacy = root.find("privacy")) {
    config.local_only = read_patterns(*privacy, "local_only", "[privacy]", config.patterns, report);
    config.never_send = read_patterns(*privacy, "never_send", "[privacy]", config.patterns, report);
  }
  if (const Node* router = root.find("router")) read_router(*router, names, config, report);
  if (const Node* limits = root.find("limits")) {
    if (const Node* rps = limits->find("rps")) config.limits.rps = rps->number;
    if (const Node* burst = limits->find("burst")) config.limits.burst = burst->number;
  }
  if (const Node* budget = root.find("budget")) config.budget = read_budget(*budget);
  if (const Node* completion = root.find("completion")) {
    read_completion(*completion, names, config, report);
  }
  if (const Node* context = root.find("context")) {
    config.exclude = read_patterns(*context, "exclude", "[context]", config.patterns, report);
    if (const Node* budget = context->find("budget"))
      config.context.budget = static_cast<int64_t>(budget->number);
    if (const Node* tokens = context->find("automatic"))
      config.context.automatic = static_cast<int64_t>(tokens->number);
  }
}

}  // namespace coder::config
