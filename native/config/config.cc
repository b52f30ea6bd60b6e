#include "config/config.h"

#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "base/text.h"
#include "config/model_block.h"
#include "config/schema.h"

namespace coder::config {
namespace {

constexpr size_t kMaxPatternBytes = 1024;

std::vector<std::string> patterns(const Node* list, const std::string& named, Report& report) {
  std::vector<std::string> out;
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
  }
  return out;
}

/// The blocks under [models]. `names` gets every block's, also of those left out.
void read_models(Node& models, Config& config, Report& report, std::vector<std::string>& names) {
  for (Entry& entry : models.entries) {
    names.push_back(entry.key);
    if (entry.value.type != Node::Type::table) {
      report.error(entry.line,
                   "`" + one_line(entry.key, 60) + "` in [models] must be a table: write [models.NAME]");
      continue;
    }
    const bool printable = std::none_of(entry.key.begin(), entry.key.end(),
                                        [](char c) { return (c >= 0 && c < ' ') || c == 0x7F; });
    if (trim(entry.key).empty() || !printable) {
      report.error(entry.line, "a model's NAME must be printable and not empty");
      continue;
    }
    if (std::optional<Model> model = read_model(entry.key, entry.value, report)) {
      config.models.push_back(std::move(*model));
    }
  }
}

void check_model_name(const Node* value, const std::string& named, const std::vector<std::string>& names,
                      Report& report) {
  if (!value || value->type != Node::Type::text || value->text == "repo") return;
  if (std::find(names.begin(), names.end(), value->text) != names.end()) return;
  report.warning(value->line, named + " names no block under [models]" + did_you_mean(value->text, names));
}

void read_completion(const Node& node, Config& config, Report& report) {
  Completion& completion = config.completion;
  if (const Node* enabled = node.find("enabled")) completion.enabled = enabled->boolean;
  if (const Node* pause = node.find("debounce_ms")) {
    completion.debounce = Millis(static_cast<int64_t>(pause->number));
  }
  if (const Node* lines = node.find("max_lines")) completion.max_lines = static_cast<size_t>(lines->integer);
  if (const Node* model = node.find("model")) completion.model = model->text;
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

void read_file(Node& root, Config& config, Report& report) {
  check_table(root, "", "", report);
  if (const Node* mode = root.find("mode")) {
    config.mode = mode->text == "local" ? Mode::local : mode->text == "cloud" ? Mode::cloud : Mode::automatic;
  }
  std::vector<std::string> names;
  for (Entry& entry : root.entries) {
    if (entry.key == "models") read_models(entry.value, config, report, names);
  }
  if (const Node* privacy = root.find("privacy")) {
    config.local_only = patterns(privacy->find("local_only"), "`local_only` in [privacy]", report);
    config.never_send = patterns(privacy->find("never_send"), "`never_send` in [privacy]", report);
  }
  if (const Node* completion = root.find("completion")) {
    check_model_name(completion->find("model"), "`model` in [completion]", names, report);
    read_completion(*completion, config, report);
  }
  const Node* router = root.find("router");
  if (const Node* canary = router ? router->find("canary") : nullptr) {
    check_model_name(canary->find("model"), "`model` in `canary` in [router]", names, report);
  }
}

}  // namespace

const char* to_string(Mode mode) {
  switch (mode) {
    case Mode::local:
      return "local";
    case Mode::cloud:
      return "cloud";
    case Mode::automatic:
      return "auto";
  }
  return "auto";
}

std::string Problem::text() const {
  return file + (line > 0 ? ":" + std::to_string(line) : std::string()) + ": " + message;
}

bool Config::has_errors() const {
  return std::any_of(problems.begin(), problems.end(),
                     [](const Problem& problem) { return problem.severity == Severity::error; });
}

bool Completion::applies_to(const std::string& filetype) const {
  if (!enabled) return false;
  const auto found = filetypes.find(filetype);
  return found == filetypes.end() ? all_filetypes : found->second;
}

const Model* Config::find(const std::string& name) const {
  for (const Model& model : models) {
    if (model.name == name) return &model;
  }
  return nullptr;
}

privacy::Destination Model::destination_at(const privacy::Address& to) const {
  const std::string shown = to.unix_socket.empty() ? to.url : "unix://" + to.unix_socket;
  return {name, shown, trusted, trust_unwritten};
}

std::string describe(const Model& model) {
  std::string out = model.name + ": " + model.model + " at " + model.destination().address;
  for (const privacy::Address& replica : model.replica_addresses) {
    out += ", " + model.destination_at(replica).address;
  }
  out += std::string(", ") + privacy::to_string(model.lane) + " lane (" + (model.trusted ? "" : "not ") +
         "trusted), ";
  return out + (model.key.where.empty() ? "no key" : "key from " + model.key.where);
}

Config parse(const std::string& text, const std::string& file) {
  Config config;
  config.file = file;
  Report report{file, config.problems};
  int line = 0;
  Result<Node> root = parse_toml(text, line);
  if (root) {
    read_file(*root, config, report);
  } else {
    report.error(line, root.error().text());
  }
  std::stable_sort(config.problems.begin(), config.problems.end(),
                   [](const Problem& a, const Problem& b) { return a.line < b.line; });
  return config;
}

std::string default_path() {
  const auto absolute = [](const char* value) { return value && value[0] == '/'; };
  if (const char* folder = std::getenv("XDG_CONFIG_HOME"); absolute(folder)) {
    return std::string(folder) + "/coder-nvim/config.toml";
  }
  const char* home = std::getenv("HOME");
  if (!absolute(home)) {
    const passwd* user = ::getpwuid(::getuid());
    home = user ? user->pw_dir : nullptr;
  }
  return absolute(home) ? std::string(home) + "/.config/coder-nvim/config.toml" : "";
}

}  // namespace coder::config
