#include "config/sections.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "base/text.h"

namespace coder::config {
Allowance read_allowance(const Node& node) {
  Allowance out;
  if (const Node* monthly = node.find("monthly_usd")) out.monthly_usd = monthly->number;
  if (const Node* daily = node.find("daily_usd")) out.daily_usd = daily->number;
  return out;
}

namespace {

constexpr size_t kMaxPatternBytes = 1024;

/// What [router] tasks may speak of, besides the user's own.
const std::vector<std::string> kTasks = {"ask",     "refactor", "review", "doc", "test",
                                         "explain", "pr",       "commit", "fix", "complete"};
constexpr size_t kMaxTaskPrompt = 64u << 10;  // bytes

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
    if (!holds(kTasks, entry.key) && config.tasks.count(entry.key) == 0) {
      std::vector<std::string> known = kTasks;
      for (const auto& [name, own] : config.tasks) known.push_back(name);
      report.warning(entry.line, named + " is no task that is known" + did_you_mean(entry.key, known));
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

Completion::Repo repo_gate(const Node& node) {
  if (node.type == Node::Type::boolean) return node.boolean ? Completion::Repo::quiet : Completion::Repo::off;
  return node.text == "eager" ? Completion::Repo::eager : Completion::Repo::quiet;
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
  if (const Node* repo = node.find("repo")) {
    for (const auto& [name, gate] :
         {std::pair("alone", &completion.repo_alone), std::pair("local", &completion.repo_local),
          std::pair("cloud", &completion.repo_cloud)}) {
      const Node* of = repo->type == Node::Type::table ? repo->find(name) : repo;
      if (of) *gate = repo_gate(*of);
    }
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

/// The tables of `key` in [budget], checked, with their names.
std::vector<std::pair<std::string, Allowance>> read_allowances(Node& budget, const char* key,
                                                               Report& report) {
  std::vector<std::pair<std::string, Allowance>> out;
  const auto at = std::find_if(budget.entries.begin(), budget.entries.end(),
                               [&](const Entry& entry) { return entry.key == key; });
  if (at == budget.entries.end()) return out;
  for (Entry& entry : at->value.entries) {
    const std::string named = "`" + one_line(entry.key, 120) + "` in `" + key + "` in [budget]";
    if (entry.value.type != Node::Type::table) {
      report.error(entry.value.line, named + " must be a table, not " + entry.value.type_name());
      continue;
    }
    check_table(entry.value, "budget.OF", " in " + named, report);
    out.emplace_back(entry.key, read_allowance(entry.value));
  }
  return out;
}

void read_budget(Node& node, const std::vector<std::string>& names, Config& config, Report& report) {
  static_cast<Allowance&>(config.budget) = read_allowance(node);
  const auto line = [&](const char* key) { return node.find(key)->line; };
  for (auto& [name, allowance] : read_allowances(node, "models", report)) {
    if (!holds(names, name)) {
      report.warning(line("models"), "`" + one_line(name, 60) +
                                         "` in `models` in [budget] names no block under [models]" +
                                         did_you_mean(name, names));
    }
    config.budget.models[name] = allowance;
  }
  const std::vector<std::string> lanes = {"local", "cloud"};
  for (auto& [name, allowance] : read_allowances(node, "lanes", report)) {
    if (holds(lanes, name)) {
      config.budget.lanes[name] = allowance;
    } else {
      report.error(line("lanes"),
                   "`" + one_line(name, 60) + "` in `lanes` in [budget] must be local or cloud");
    }
  }
  for (auto& [name, allowance] : read_allowances(node, "projects", report)) {
    std::string folder = name;
    const char* home = std::getenv("HOME");
    if (folder.rfind("~/", 0) == 0 && home) folder = home + folder.substr(1);
    while (folder.size() > 1 && folder.back() == '/') folder.pop_back();
    if (folder[0] == '/') {
      config.budget.projects[folder] = allowance;
    } else {
      report.error(line("projects"),
                   "`" + one_line(name, 120) + "` in `projects` in [budget] must be a folder's whole path");
    }
  }
}

Engine read_engine(const Node& node) {
  Engine engine;
  engine.written = true;
  engine.line = node.line;
  if (const Node* command = node.find("command")) {
    if (command->type == Node::Type::text) {
      engine.command.push_back(command->text);
    } else {
      for (const Node& word : command->items) engine.command.push_back(word.text);
    }
  }
  if (const Node* model = node.find("model")) engine.model = model->text;
  if (const Node* args = node.find("args")) {
    for (const Node& word : args->items) engine.args.push_back(word.text);
  }
  if (const Node* idle = node.find("idle_unload_s"))
    engine.idle_unload = Millis(static_cast<int64_t>(idle->number * 1000));
  if (const Node* keep = node.find("keep_warm")) {
    engine.keep_warm = keep->type == Node::Type::text ? KeepWarm::always
                       : keep->boolean                ? KeepWarm::on_mains
                                                      : KeepWarm::never;
  }
  return engine;
}

Tools read_tools(const Node& node) {
  Tools tools;
  if (const Node* ask = node.find("ask"); ask && ask->type == Node::Type::boolean)
    tools.ask = ask->boolean ? Tools::When::always : Tools::When::never;
  if (const Node* review = node.find("review")) tools.review = review->boolean;
  if (const Node* calls = node.find("max_calls")) tools.max_calls = calls->integer;
  if (const Node* time = node.find("max_seconds"))
    tools.max_time = Millis(static_cast<int64_t>(time->number * 1000));
  return tools;
}

void read_own_tasks(Node& tasks, Config& config, Report& report) {
  for (Entry& entry : tasks.entries) {
    const std::string block = "[tasks." + one_line(entry.key, 60) + "]";
    if (entry.value.type != Node::Type::table) {
      report.error(entry.value.line,
                   "`" + one_line(entry.key, 60) + "` in [tasks] must be a block, " + block);
      continue;
    }
    if (!check_table(entry.value, "tasks.NAME", " in " + block, report)) continue;
    const bool plain = std::all_of(entry.key.begin(), entry.key.end(), [](char c) {
      return (c | 0x20) >= 'a' && (c | 0x20) <= 'z' ? true : (c >= '0' && c <= '9') || c == '-' || c == '_';
    });
    if (!plain || entry.key.empty() || entry.key.size() > 60) {
      report.error(entry.line, block + ": a task's NAME is made of letters, digits, - and _");
    } else if (holds(kTasks, entry.key)) {
      report.error(entry.line, block + ": there is a task of this name already; give it another one");
    } else if (const std::string& prompt = entry.value.find("prompt")->text; trim(prompt).empty()) {
      report.error(entry.line, "`prompt` in " + block + " is empty");
    } else if (prompt.size() > kMaxTaskPrompt) {
      report.error(entry.line, "`prompt` in " + block + " is longer than 64 KiB");
    } else {
      OwnTask& own = config.tasks[entry.key];
      own.prompt = trim(prompt);
      const Node* answer = entry.value.find("answer");
      if (answer && answer->text == "edits") own.answer = OwnTask::Answer::edits;
      if (answer && answer->text == "findings") own.answer = OwnTask::Answer::findings;
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

void read_sections(Node& root, const std::vector<std::string>& names, Config& config, Report& report) {
  if (const Node* mode = root.find("mode")) read_mode(*mode, config, report);
  if (const Node* privacy = root.find("privacy")) {
    config.local_only = read_patterns(*privacy, "local_only", "[privacy]", config.patterns, report);
    config.never_send = read_patterns(*privacy, "never_send", "[privacy]", config.patterns, report);
  }
  for (Entry& entry : root.entries) {
    if (entry.key == "tasks") read_own_tasks(entry.value, config, report);
  }
  if (const Node* router = root.find("router")) read_router(*router, names, config, report);
  if (const Node* limits = root.find("limits")) {
    if (const Node* rps = limits->find("rps")) config.limits.rps = rps->number;
    if (const Node* burst = limits->find("burst")) config.limits.burst = burst->number;
  }
  for (Entry& entry : root.entries) {
    if (entry.key == "budget") read_budget(entry.value, names, config, report);
  }
  if (const Node* ledger = root.find("ledger")) {
    if (const Node* days = ledger->find("audit_days")) config.ledger.audit_days = days->integer;
    if (const Node* kept = ledger->find("audit_text")) config.ledger.audit_text = kept->boolean;
  }
  if (const Node* completion = root.find("completion")) {
    read_completion(*completion, names, config, report);
  }
  if (const Node* engine = root.find("engine")) config.engine = read_engine(*engine);
  if (const Node* tools = root.find("tools")) config.tools = read_tools(*tools);
  if (const Node* context = root.find("context")) {
    config.exclude = read_patterns(*context, "exclude", "[context]", config.patterns, report);
    if (const Node* budget = context->find("budget"))
      config.context.budget = static_cast<int64_t>(budget->number);
    if (const Node* tokens = context->find("automatic"))
      config.context.automatic = static_cast<int64_t>(tokens->number);
  }
}

}  // namespace coder::config
