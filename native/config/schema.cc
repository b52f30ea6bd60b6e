#include "config/schema.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "base/text.h"

namespace coder::config {
namespace {

// The largest values are beyond anything meant, and small enough that no sum of them is too large to count.
constexpr double kAboveZero = 1e-9;
constexpr double kMaxTokens = 100'000'000;
constexpr double kMaxUsd = 1'000'000;
constexpr size_t kMaxWarnings = 200;
constexpr size_t kMaxProblems = 400;

bool accepts(const Key& key, const Node& value) {
  switch (value.type) {
    case Node::Type::boolean:
      return (key.accepts & boolean) != 0;
    case Node::Type::integer:
      return (key.accepts & (integer | number)) != 0;
    case Node::Type::number:
      return (key.accepts & number) != 0;
    case Node::Type::text:
      return (key.accepts & text) != 0;
    case Node::Type::list:
      return (key.accepts & texts) != 0;
    case Node::Type::table:
      return (key.accepts & table) != 0;
    case Node::Type::date:
      return false;
  }
  return false;
}

std::string accepted_types(const Key& key) {
  std::vector<std::string> names;
  if (key.accepts & boolean) names.emplace_back("true or false");
  if (key.accepts & integer) names.emplace_back("an integer");
  if (key.accepts & number) names.emplace_back("a number");
  if (key.accepts & text) names.emplace_back("a string");
  if (key.accepts & texts) names.emplace_back("a list of strings");
  if (key.accepts & table) names.emplace_back("a table");
  return join(names, " or ");
}

std::vector<std::string> choices_of(const Key& key) {
  std::vector<std::string> out;
  for (std::string_view choice : split(key.choices, '|')) out.emplace_back(choice);
  return out;
}

std::string quoted_choices(const Key& key) {
  std::string out;
  for (const std::string& choice : choices_of(key)) out += (out.empty() ? "\"" : " or \"") + choice + "\"";
  return out;
}

std::string figure(double value) {
  char out[32];
  std::snprintf(out, sizeof out, "%.10g", value);
  return out;
}

std::string range(const Key& key) {
  if (key.min == kAboveZero) return "more than 0" + (key.max ? " and at most " + figure(*key.max) : "");
  if (!key.max) return figure(*key.min) + " or more";
  return "from " + figure(*key.min) + " to " + figure(*key.max);
}

bool is_text_fit(const std::string& value) {
  return std::none_of(value.begin(), value.end(), [](char c) { return (c >= 0 && c < ' ') || c == 0x7F; });
}

/// Why the value of an accepted type is wrong all the same; empty when it is right.
std::string value_problem(const Key& key, const Node& value) {
  if (value.type == Node::Type::integer || value.type == Node::Type::number) {
    const bool fits = std::isfinite(value.number) && (!key.min || value.number >= *key.min) &&
                      (!key.max || value.number <= *key.max);
    if (!fits) return key.min ? "must be " + range(key) : "must be a finite number";
  }
  if (value.type == Node::Type::text) {
    // A key pasted with its line end is cleaned later.
    if (std::string_view(key.name) != "api_key" && !is_text_fit(value.text))
      return "holds a control character";
    if (key.choices[0]) {
      const std::vector<std::string> choices = choices_of(key);
      if (std::find(choices.begin(), choices.end(), value.text) == choices.end()) {
        return "must be " + quoted_choices(key) + did_you_mean(value.text, choices);
      }
    }
  }
  return "";
}

/// Checks one value; false after an error, which it reports.
bool check_value(const Key& key, const Node& value, const std::string& named, Report& report) {
  if (!accepts(key, value)) {
    report.error(value.line, named + " must be " + accepted_types(key) + ", not " + value.type_name());
    return false;
  }
  if (const std::string problem = value_problem(key, value); !problem.empty()) {
    report.error(value.line, named + " " + problem);
    return false;
  }
  bool right = true;
  for (const Node& item : value.items) {
    std::string problem;
    if (item.type != Node::Type::text) {
      problem = std::string("must be a list of strings; this one is ") + item.type_name();
    } else {
      problem = value_problem(key, item);
    }
    if (problem.empty()) continue;
    report.error(item.line, named + " " + problem);
    right = false;
  }
  return right;
}

bool is_section(const std::string& name) {
  return std::any_of(schema().begin(), schema().end(), [&](const Key& key) { return name == key.section; });
}

}  // namespace

const std::vector<Key>& schema() {
  static const std::vector<Key> keys = {
      {"", "mode", text, "\"auto\"", "which lanes requests go to", "local|cloud|auto"},
      {"", "models", table, "none", "one block [models.NAME] for each model"},
      {"", "router", table, "", "how auto mode decides"},
      {"", "privacy", table, "", "what must not leave the machine"},
      {"", "limits", table, "", "requests per key"},
      {"", "budget", table, "", "money"},
      {"", "ledger", table, "", "what is kept of what was spent and sent"},
      {"", "engine", table, "", "the local engine"},
      {"", "completion", table, "", "ghost text"},
      {"", "context", table, "", "what goes into prompts"},
      {"", "tools", table, "", "what models may read by themselves"},
      {"", "tasks", table, "none", "one block [tasks.NAME] for each task of your own"},

      {"models.NAME", "provider", text, "required", "the protocol", "openai", {}, {}, true},
      {"models.NAME",
       "base_url",
       text,
       "required",
       "http://HOST:PORT/v1, https://… or unix:///path/to/socket",
       "",
       {},
       {},
       true},
      {"models.NAME",
       "model",
       text,
       "required",
       "the server's id; \"deepseek*\" pins to a live one",
       "",
       {},
       {},
       true},
      {"models.NAME", "api_key", text, "no key", "the key itself"},
      {"models.NAME", "api_key_env", text, "no key", "name of the environment variable that holds the key"},
      {"models.NAME", "api_key_cmd", texts, "no key",
       "program and arguments that print the key; run once, when first needed"},
      {"models.NAME", "lane", text, "local for private addresses, else cloud", "where routing counts it",
       "local|cloud"},
      {"models.NAME", "trusted", boolean, "true with lane = \"local\" written out, or on this machine",
       "may receive local_only text"},
      {"models.NAME", "context", integer, "asked from the server, else 32768", "window in tokens", "", 1,
       kMaxTokens},
      {"models.NAME", "roles", texts, "both where the server can", "what it is used for", "chat|fim"},
      {"models.NAME", "fim", text, "by the model's name and what its server can do",
       "how code completion is asked for: a model family's tokens, or a way of asking",
       "qwen|deepseek|starcoder|codellama|codestral|granite|seed-coder|infill|suffix|chat"},
      {"models.NAME", "tools", text | boolean, "\"calls\"",
       "how it asks to read more: function calls, words in its answer, or (false) not at all", "calls|text"},
      {"models.NAME", "json", text | boolean, "\"schema\"",
       "how answers of a fixed form are asked for; false: in words only", "schema|object"},
      {"models.NAME", "price", table, "unknown", "USD per million tokens"},
      {"models.NAME", "rpm", integer, "no limit", "requests per minute", "", 1, 1'000'000},
      {"models.NAME", "temperature", number, "the server's", "sampling temperature", "", 0, 2},
      {"models.NAME", "max_tokens", integer, "the server's", "longest answer in tokens", "", 1, kMaxTokens},
      {"models.NAME", "timeout_s", number, "600", "longest request in seconds", "", kAboveZero, 86'400},
      {"models.NAME", "headers", table, "none", "headers sent as they are"},
      {"models.NAME", "extra", table, "none", "members added to the request's JSON as they are"},
      {"models.NAME", "proxy", text, "the environment's, for lanes that are not trusted", "proxy to use"},
      {"models.NAME", "ca_file", text, "the system's", "PEM file of certificates to trust"},
      {"models.NAME", "replicas", texts, "none", "more addresses of the same model"},
      {"models.NAME.price", "input", number, "0", "prompt tokens", "", 0, kMaxUsd},
      {"models.NAME.price", "cached_input", number, "as input", "prompt tokens from the server's cache", "",
       0, kMaxUsd},
      {"models.NAME.price", "cache_write", number, "as input", "prompt tokens put into the server's cache",
       "", 0, kMaxUsd},
      {"models.NAME.price", "currency", text, "\"USD\"", "what the prices are in; another one wants `rate`"},
      {"models.NAME.price", "rate", number, "1", "USD for one unit of that currency", "", kAboveZero,
       kMaxUsd},
      {"models.NAME.price", "output", number, "0", "tokens of the answer", "", 0, kMaxUsd},

      {"router", "large_prompt_chars", integer, "24000", "longer requests go local in auto mode", "", 1,
       100'000'000},
      {"router", "repo_markers", texts, "[\"ctx_repo:\", \"[REPO_CTX]\"]",
       "marks of a repository-wide request"},
      {"router", "slo_ttft_ms", number, "none", "over this time to first token, use the other lane", "", 1,
       600'000},
      {"router", "tasks", table, "none", "lane or model for a task: { review = \"cloud\" }"},
      {"router", "canary", table, "none", "share of cloud requests for a new model"},
      {"router", "shadow", text | boolean, "none",
       "model that gets a copy of requests, for comparison; true: one of the other lane"},
      {"router.canary", "model", text, "required", "NAME of its block", "", {}, {}, true},
      {"router.canary", "percent", number, "0", "share of users", "", 0, 100},

      {"privacy", "local_only", texts, "none", "path patterns whose text goes to trusted lanes only"},
      {"privacy", "never_send", texts, "none",
       "path patterns that enter no prompt, beyond .env, keys and the like"},

      {"limits", "rps", number, "30", "requests per second and key", "", 0.01, 10'000},
      {"limits", "burst", number, "50", "requests at once and key", "", 1, 100'000},

      {"budget", "monthly_usd", number, "none", "cloud use stops here", "", 0, kMaxUsd},
      {"budget", "daily_usd", number, "none", "cloud use stops here", "", 0, kMaxUsd},
      {"tasks.NAME",
       "prompt",
       text,
       "required",
       "what is asked; {files} stands for the names of the files",
       "",
       {},
       {},
       true},
      {"tasks.NAME", "answer", text, "\"text\"",
       "what comes back: text, edits to accept, or findings at lines", "text|edits|findings"},

      {"budget", "models", table, "none", "limits of one model, by NAME: { relay = { daily_usd = 2 } }"},
      {"budget", "lanes", table, "none", "limits of a lane: { local = { monthly_usd = 5 } }"},
      {"budget", "projects", table, "none", "limits of a project, by its folder"},
      {"budget.OF", "monthly_usd", number, "none", "of one model, lane or project", "", 0, kMaxUsd},
      {"budget.OF", "daily_usd", number, "none", "of one model, lane or project", "", 0, kMaxUsd},

      {"ledger", "audit_days", integer, "90", "how long it is kept what was sent where; 0: for ever", "", 0,
       36'500},
      {"ledger", "audit_text", boolean, "false", "keep the text that was sent, too"},

      {"engine", "command", text | texts, "llama-server, where found", "program that serves a model"},
      {"engine", "model", text, "none", "model file or name"},
      {"engine", "args", texts, "none", "more arguments for the program"},
      {"engine", "idle_unload_s", number, "900", "unload after this time without a request; 0: never", "", 0,
       31'536'000},
      {"engine", "keep_warm", boolean | text, "true",
       "keep the model loaded while you are active, and have it read around the cursor before you type; not "
       "on "
       "battery, unless it is \"always\"",
       "always"},

      {"completion", "enabled", boolean, "true", "show ghost text"},
      {"completion", "debounce_ms", number, "by itself", "pause before a request", "", 0, 60'000},
      {"completion", "filetypes", texts | table, "all", "where: a list, or { markdown = false }"},
      {"completion", "max_lines", integer, "no limit", "longest suggestion", "", 1, 100'000},
      {"completion", "model", text, "a local lane, else the repository model",
       "NAME of its block, the only way to a cloud lane; or \"repo\": no other than the repository model"},
      {"completion", "repo", text | boolean | table, "\"quiet\"",
       "show what the repository itself suggests until a model has spoken: only what is nearly certain, more "
       "(eager), or nothing (false); or by lane",
       "quiet|eager"},
      {"completion.repo", "alone", text | boolean, "\"quiet\"",
       "where there is no model, or none can be reached", "quiet|eager"},
      {"completion.repo", "local", text | boolean, "\"quiet\"", "until a model of the local lane has spoken",
       "quiet|eager"},
      {"completion.repo", "cloud", text | boolean, "\"quiet\"", "until a model of the cloud lane has spoken",
       "quiet|eager"},

      {"context", "automatic", integer, "4000", "tokens that are gathered for any question; 0: none", "", 0,
       kMaxTokens},
      {"context", "budget", integer, "half of the window, at most 64000",
       "tokens that are gathered for a question about the repository", "", 0, kMaxTokens},
      {"context", "exclude", texts, "none", "path patterns left out of gathered context"},

      {"tools", "ask", text | boolean, "\"repo\"",
       "models may read files, search and ask git while they answer: questions that are about the "
       "repository, "
       "all or none",
       "repo"},
      {"tools", "review", boolean, "false", "the same in reviews"},
      {"tools", "max_calls", integer, "20", "in one answer", "", 1, 200},
      {"tools", "max_seconds", number, "300", "after which an answer begins no more calls", "", 1, 3600},
  };
  return keys;
}

std::string schema_help() {
  std::string out;
  for (const Key& key : schema()) {
    const std::string section = key.section;
    if (section.empty() && is_section(key.name)) continue;
    if (std::string_view(key.name) == "models") continue;
    out += (section.empty() ? std::string() : "[" + section + "] ") + key.name + ": " +
           (key.choices[0] ? (key.accepts & boolean ? "true or false or "
                              : key.accepts & texts ? "list of "
                                                    : "") +
                                 quoted_choices(key)
                           : accepted_types(key)) +
           (key.min ? " " + range(key) : "") + ", default " + (key.fallback[0] ? key.fallback : "none") +
           ": " + key.help + "\n";
  }
  return out;
}

std::string did_you_mean(const std::string& name, const std::vector<std::string>& known) {
  const std::string near = name.size() > 100 ? "" : nearest(name, known);
  return near.empty() ? "" : "; did you mean `" + near + "`?";
}

void Report::add(Severity severity, int line, std::string message) {
  // A file that is something else altogether: some of its problems tell as much as all.
  if (problems.size() >= (severity == Severity::warning ? kMaxWarnings : kMaxProblems)) return;
  problems.push_back({severity, file, line, std::move(message)});
}

bool check_table(Node& node, const std::string& section, const std::string& shown, Report& report) {
  bool right = true;
  std::vector<Entry> kept;
  std::vector<std::string> wrong;
  for (Entry& entry : node.entries) {
    const auto at = std::find_if(schema().begin(), schema().end(), [&](const Key& key) {
      return section == key.section && entry.key == key.name;
    });
    if (at == schema().end()) {
      const bool top_table = section.empty() && entry.value.type == Node::Type::table;
      std::vector<std::string> known;
      for (const Key& key : schema()) {
        if (section == key.section && (!top_table || (key.accepts & table))) known.emplace_back(key.name);
      }
      report.warning(entry.line, (top_table ? "unknown section [" + one_line(entry.key, 60) + "]"
                                            : "unknown key `" + one_line(entry.key, 60) + "`" + shown) +
                                     did_you_mean(entry.key, known));
      continue;
    }
    if (!check_value(*at, entry.value, "`" + entry.key + "`" + shown, report)) {
      right = false;
      wrong.push_back(entry.key);
      continue;
    }
    const std::string inner = section.empty() ? entry.key : section + "." + entry.key;
    if (entry.value.type == Node::Type::table && is_section(inner)) {
      const std::string inner_shown =
          section.empty() ? " in [" + entry.key + "]" : " in `" + entry.key + "`" + shown;
      right = check_table(entry.value, inner, inner_shown, report) && right;
    }
    kept.push_back(std::move(entry));
  }
  node.entries = std::move(kept);
  for (const Key& key : schema()) {
    const bool there = node.find(key.name) || std::find(wrong.begin(), wrong.end(), key.name) != wrong.end();
    if (section != key.section || !key.required || there) continue;
    report.error(node.line, std::string("`") + key.name + "` is missing" + shown);
    right = false;
  }
  return right;
}

}  // namespace coder::config
