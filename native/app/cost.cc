// `coder-nvim cost`: what was spent, what was sent where. It asks nobody.
#include <cstdio>
#include <ctime>

#include "app/commands.h"
#include "app/cost_page.h"
#include "app/project.h"
#include "base/text.h"
#include "codec/json.h"
#include "ledger/reports.h"
#include "routing/route.h"

namespace coder::app {

using codec::Value;

const CommandSpec kCostSpec{"cost",
                            "",
                            "tell what was spent, by model, task, project and day",
                            {
                                {"--since", "DATE", "from this day on, as 2026-12-31 (default: this month)"},
                                {"--audit", nullptr, "list what was sent, where and when"},
                                {"--csv", nullptr, "print each request, or with --audit each piece, as CSV"},
                            }};

namespace {

std::string time_words(ledger::WallMs at) {
  const auto seconds = static_cast<std::time_t>(at / 1000);
  std::tm local{};
  ::localtime_r(&seconds, &local);
  char out[40];
  const size_t size = std::strftime(out, sizeof out, "%Y-%m-%dT%H:%M:%S%z", &local);
  return std::string(out, size);
}

/// One field; quoted where it must be (RFC 4180), and never a formula for a spreadsheet.
std::string csv(const std::string& text) {
  std::string safe = text;
  if (!safe.empty() && std::string_view("=+-@\t\r").find(safe[0]) != std::string_view::npos)
    safe = "'" + safe;
  if (safe.find_first_of(",\"\r\n") == std::string::npos) return safe;
  std::string out = "\"";
  for (const char c : safe) out += c == '"' ? "\"\"" : std::string(1, c);
  return out + "\"";
}

std::string csv(const std::optional<int64_t>& number) { return number ? std::to_string(*number) : ""; }

/// All nine digits: what is added up comes to the sum.
std::string exact(const std::optional<ledger::Nano>& cost) {
  if (!cost) return "";
  char out[48];
  std::snprintf(out, sizeof out, "%lld.%09lld", static_cast<long long>(*cost / ledger::kDollar),
                static_cast<long long>(*cost % ledger::kDollar));
  return out;
}

Result<void> print_attempts(ledger::LedgerStore& store, int since) {
  print(
      "time,project,task,lane,model,id,address,fresh,cached,written,output,reasoning,usage,usd,price,queue_"
      "ms,"
      "first_token_ms,ms,ending,reasons\n");
  return ledger::each_attempt(store, since, [](const ledger::Attempt& one) {
    const ledger::Tokens& tokens = one.tokens;
    print(join({time_words(one.at),
                csv(one.about.project),
                csv(one.about.task),
                one.about.lane,
                csv(one.about.model),
                csv(one.about.model_id),
                csv(one.about.address),
                std::to_string(tokens.fresh),
                std::to_string(tokens.cached),
                std::to_string(tokens.written),
                std::to_string(tokens.output),
                std::to_string(tokens.reasoning),
                to_string(one.source),
                exact(one.cost),
                csv(one.price),
                csv(one.queue_ms),
                csv(one.ttft_ms),
                std::to_string(one.ms),
                to_string(one.ending),
                csv(one.reasons)},
               ",") +
          "\n");
  });
}

std::string place_words(const ledger::SentRow::Chunk& chunk) {
  if (chunk.first == 0) return chunk.file;
  return chunk.file + ":" + std::to_string(chunk.first) + "-" + std::to_string(chunk.last);
}

Result<void> print_audit_csv(ledger::LedgerStore& store, int since) {
  print("time,project,task,model,address,file,first,last,label,bytes,sha256\n");
  return ledger::each_sent(store, since, [](const ledger::SentRow& one) {
    for (const ledger::SentRow::Chunk& chunk : one.chunks) {
      print(join({time_words(one.at), csv(one.project), csv(one.task), csv(one.model), csv(one.address),
                  csv(chunk.file), std::to_string(chunk.first), std::to_string(chunk.last),
                  to_string(chunk.label), std::to_string(chunk.bytes), chunk.hash},
                 ",") +
            "\n");
    }
  });
}

Result<void> print_audit(ledger::LedgerStore& store, int since) {
  return ledger::each_sent(store, since, [](const ledger::SentRow& one) {
    print(time_words(one.at) + " " + one.task + " to " + one.model + " at " + one.address + " (" +
          to_string(one.label) + ")\n");
    for (const ledger::SentRow::Chunk& chunk : one.chunks) {
      print("  " + one_line(place_words(chunk), 200) + ", " + to_string(chunk.label) + ", " +
            std::to_string(chunk.bytes) + " bytes, sha256 " + chunk.hash + "\n");
    }
  });
}

Result<Value> audit_array(ledger::LedgerStore& store, int since) {
  Value::Array out;
  Result<void> read = ledger::each_sent(store, since, [&](const ledger::SentRow& one) {
    Value::Array chunks;
    for (const ledger::SentRow::Chunk& chunk : one.chunks) {
      Value::Map object{{"file", Value(chunk.file)},   {"first", Value(chunk.first)},
                        {"last", Value(chunk.last)},   {"label", Value(to_string(chunk.label))},
                        {"bytes", Value(chunk.bytes)}, {"sha256", Value(chunk.hash)}};
      if (chunk.text) object.emplace_back("text", Value(to_valid_utf8(*chunk.text)));
      chunks.push_back(Value(std::move(object)));
    }
    out.push_back(Value(Value::Map{{"time", Value(time_words(one.at))},
                                   {"task", Value(one.task)},
                                   {"project", Value(one.project)},
                                   {"model", Value(one.model)},
                                   {"address", Value(one.address)},
                                   {"label", Value(to_string(one.label))},
                                   {"chunks", Value(std::move(chunks))}}));
  });
  if (!read) return std::move(read.error());
  return Value(std::move(out));
}

Result<std::optional<int>> since_of(const Args& args) {
  const std::optional<std::string> words = args.get("--since");
  if (!words) return std::optional<int>();
  const std::optional<int> day = ledger::day_in_words(*words);
  if (day) return day;
  return Error{ErrorKind::usage, "`--since` wants a day as 2026-12-31, not `" + one_line(*words, 40) + "`",
               ""};
}

Result<void> tell(const Args& args, const config::Config& config, std::optional<int> since) {
  const std::string file = ledger::ledger_file();
  if (file.empty()) {
    return Error{ErrorKind::internal, "there is no home for the ledger", "set HOME or XDG_STATE_HOME"};
  }
  ledger::LedgerStore store(file);
  Result<Costs> costs = read_costs(store, since, project_root(args));
  if (!costs) return std::move(costs.error());
  if (args.has("--csv")) {
    return args.has("--audit") ? print_audit_csv(store, costs->since) : print_attempts(store, costs->since);
  }
  if (args.has("--json")) {
    Value::Map object = cost_object(*costs, config);
    if (args.has("--audit")) {
      Result<Value> sent = audit_array(store, costs->since);
      if (!sent) return std::move(sent.error());
      object.emplace_back("requests_sent", std::move(*sent));
    }
    print(codec::dump_json(Value(std::move(object))) + "\n");
    return {};
  }
  if (args.has("--audit")) return print_audit(store, costs->since);
  for (const std::string& line : cost_lines(*costs, config)) print(line + "\n");
  return {};
}

}  // namespace

int run_cost(const Args& args) {
  const bool json = args.has("--json");
  Result<config::Config> config = load_config(args);
  if (!config) return fail(json, config.error());
  Result<std::optional<int>> since = since_of(args);
  if (!since) return fail(json, since.error());
  if (json && args.has("--csv")) {
    return fail(json, Error{ErrorKind::usage, "--json or --csv, not both", ""});
  }
  if (Result<void> told = tell(args, *config, *since); !told) return fail(json, told.error());
  return 0;
}

// --- estimate ---------------------------------------------------------------------

const CommandSpec kEstimateSpec{
    "estimate",
    "",
    "tell what a team would spend in a month on one model",
    {
        {"--model", "NAME", "the [models.NAME] block whose prices count"},
        {"--engineers", "N", "how many"},
        {"--input", "TOKENS", "prompt tokens of one engineer in a month: 18M, 500k"},
        {"--output", "TOKENS", "tokens of the answers, likewise"},
        {"--cached", "PERCENT", "share of the prompt tokens that comes from the server's cache (default: 0)"},
    }};

namespace {

struct Wanted {
  const config::Model* model = nullptr;
  int64_t engineers = 0;
  ledger::Usage usage;
};

Result<std::string> needed(const Args& args, const char* option) {
  if (const auto value = args.get(option)) return *value;
  return Error{ErrorKind::usage, std::string("`") + option + "` is missing",
               "coder-nvim estimate --model NAME --engineers N --input 18M --output 6M"};
}

Result<int64_t> tokens_of(const Args& args, const char* option) {
  Result<std::string> words = needed(args, option);
  if (!words) return std::move(words.error());
  if (const std::optional<int64_t> tokens = ledger::tokens_in_words(*words)) return *tokens;
  return Error{
      ErrorKind::usage,
      std::string("`") + option + "` wants tokens as 18M or 500k, not `" + one_line(*words, 40) + "`", ""};
}

/// In millionths: "33.3", "100 %".
Result<int64_t> share_of(const Args& args) {
  std::string words = args.get("--cached").value_or("0");
  if (!words.empty() && words.back() == '%') words.pop_back();
  const std::string number(trim(words));
  // Of a thousandth of a per cent on, nobody knows it better.
  const std::optional<int64_t> parts = ledger::tokens_in_words(
      number.find_first_not_of("0123456789.") == std::string::npos ? number + "k" : std::string());
  if (parts && *parts <= 100'000) return *parts * 10;
  return Error{ErrorKind::usage, "`--cached` wants a percentage from 0 to 100", ""};
}

Result<Wanted> read_wanted(const Args& args, const config::Config& config) {
  Wanted out;
  Result<std::string> name = needed(args, "--model");
  if (!name) return std::move(name.error());
  Result<std::string> engineers = needed(args, "--engineers");
  if (!engineers) return std::move(engineers.error());
  Result<int64_t> count = parse_whole("--engineers", *engineers, 1, 1'000'000);
  if (!count) return std::move(count.error());
  Result<int64_t> input = tokens_of(args, "--input");
  if (!input) return std::move(input.error());
  Result<int64_t> output = tokens_of(args, "--output");
  if (!output) return std::move(output.error());
  Result<int64_t> share = share_of(args);
  if (!share) return std::move(share.error());
  out.model = config.find(*name);
  if (!out.model) return routing::no_such_model(config, *name);
  out.engineers = *count;
  out.usage = {*input, *output, *share};
  return out;
}

}  // namespace

int run_estimate(const Args& args) {
  const bool json = args.has("--json");
  Result<config::Config> config = load_config(args);
  if (!config) return fail(json, config.error());
  Result<Wanted> wanted = read_wanted(args, *config);
  if (!wanted) return fail(json, wanted.error());
  const config::Model& model = *wanted->model;
  const std::optional<ledger::Price> price =
      model.price ? std::optional(ledger::price_of(*model.price)) : ledger::usual_price(model);
  if (!price) {
    return fail(json, Error{ErrorKind::config, "the price of " + model.name + " is unknown",
                            "write price = { input = …, cached_input = …, output = … } in [models." +
                                model.name + "], USD per million tokens"});
  }
  const ledger::Nano month = ledger::estimate(wanted->usage, wanted->engineers, *price);
  const ledger::Nano cents = (month + ledger::kDollar / 200) / (ledger::kDollar / 100);
  char words[48];
  std::snprintf(words, sizeof words, "%lld.%02lld", static_cast<long long>(cents / 100),
                static_cast<long long>(cents % 100));
  if (json) {
    print(codec::dump_json(Value(Value::Map{{"usd_per_month", Value(static_cast<double>(cents) / 100)},
                                            {"model", Value(model.name)},
                                            {"price", Value(price->version())},
                                            {"price_assumed", Value(!model.price)}})) +
          "\n");
    return 0;
  }
  print(std::string("$") + words + " a month with " + model.name + ", " + std::to_string(wanted->engineers) +
        (wanted->engineers == 1 ? " engineer" : " engineers") + "\n");
  if (!model.price && model.lane == privacy::Lane::cloud) {
    std::fprintf(stderr, "coder-nvim: no price in [models.%s]; its usual one is taken: %s\n",
                 model.name.c_str(), price->version().c_str());
  }
  return 0;
}

}  // namespace coder::app
