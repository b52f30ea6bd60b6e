#include "provider/fim_body.h"

#include <algorithm>
#include <utility>

#include "codec/json.h"
#include "provider/endpoint_request.h"
#include "provider/fim_chat.h"
#include "provider/fim_prompt.h"
#include "provider/fim_specials.h"
#include "provider/json_text.h"
#include "provider/request.h"

namespace coder::provider {
namespace {

/// llama-server: a comment this often while it works (see request.cc).
constexpr int kPingSeconds = 5;
/// OpenAI takes no more, and refuses the request instead of ignoring the rest.
constexpr size_t kMaxCloudStops = 4;

std::string number(double value) { return codec::dump_json(codec::Value(value)); }

std::string strings(const std::vector<std::string>& list) {
  std::string out = "[";
  for (const std::string& item : list) {
    if (out.size() > 1) out += ',';
    append_json_string(out, item);
  }
  return out + "]";
}

int64_t id_of(const FimServer& server, FimSpecial special) {
  switch (special) {
    case FimSpecial::prefix:
      return server.ids[0];
    case FimSpecial::suffix:
      return server.ids[1];
    case FimSpecial::middle:
      return server.ids[2];
    case FimSpecial::file:
      return server.file_id;
    case FimSpecial::repository:
      return server.repository_id;
    case FimSpecial::none:
      break;
  }
  return -1;
}

const char* text_of(const FimFamily& family, FimSpecial special) {
  switch (special) {
    case FimSpecial::prefix:
      return family.prefix;
    case FimSpecial::suffix:
      return family.suffix;
    case FimSpecial::middle:
      return family.middle;
    case FimSpecial::file:
      return family.file;
    case FimSpecial::repository:
      return family.repository;
    case FimSpecial::none:
      break;
  }
  return "";
}

bool is_host(const Endpoint& endpoint, std::string_view domain) {
  const std::string& host = endpoint.address.host;
  return host == domain || host.ends_with("." + std::string(domain));
}

class Encoder {
 public:
  Encoder(const FimTexts& texts, const FimParams& params, const Endpoint& endpoint)
      : texts_(texts), params_(params), endpoint_(endpoint) {}

  Result<FimRequest> encode() {
    switch (params_.dialect) {
      case FimDialect::tokens:
        return tokens();
      case FimDialect::raw:
        return raw();
      case FimDialect::infill:
        return infill();
      case FimDialect::suffix:
        return suffix();
      case FimDialect::chat:
        return chat();
    }
    return Error{ErrorKind::internal, "an unknown dialect", ""};
  }

 private:
  /// The prompt is an array of ids and strings. An empty string at its head has the tokenizer add its
  /// beginning-of-text token, where it has one, as it would to any prompt.
  Result<FimRequest> tokens() {
    const FimServer& server = params_.server;
    const FimFamily* family = server.family;
    if (!family || server.ids[0] < 0 || server.ids[1] < 0 || (*family->middle && server.ids[2] < 0))
      return Error{ErrorKind::internal, "the ids of the model's special tokens are not known", ""};
    FimFamily known = *family;
    if (server.file_id < 0) {
      known.file = "";
      known.extras = FimExtras::inside;
    }
    if (server.repository_id < 0) known.repository = "";
    const std::vector<FimPart> parts = compose(texts_, known, server.adds_space);
    size_t size = 64;
    for (const FimPart& part : parts) size += part.text.size() + part.text.size() / 8 + 16;
    std::string prompt;
    prompt.reserve(size);
    prompt += "[\"\"";
    for (const FimPart& part : parts) {
      prompt += ',';
      if (part.special != FimSpecial::none) {
        prompt += std::to_string(id_of(server, part.special));
      } else if (server.adds_space) {
        append_json_string(prompt, mend(part.text));
      } else {
        append_pieces(prompt, part.text);
      }
    }
    prompt += ']';
    body_.set("prompt", std::move(prompt));
    return finish_llama("/completion", "n_predict");
  }

  /// The text unchanged, in several strings where one would hold a special token.
  static void append_pieces(std::string& out, std::string_view text) {
    size_t from = 0;
    for (const size_t cut : special_cuts(text)) {
      append_json_string(out, text.substr(from, cut - from));
      out += ',';
      from = cut;
    }
    append_json_string(out, text.substr(from));
  }

  Result<FimRequest> raw() {
    const FimFamily* family = params_.server.family;
    if (!family) return Error{ErrorKind::internal, "the model's family is not known", ""};
    std::string prompt;
    for (const FimPart& part : compose(texts_, *family, false)) {
      prompt += part.special == FimSpecial::none ? mend(part.text) : template_text(*family, part.special);
    }
    body_.set_string("prompt", prompt);
    std::vector<std::string> stop = params_.stop;
    for (const char* end : family->ends) stop.emplace_back(end);
    if (params_.server.llama_server) {
      set_stop(stop);
      return finish_llama_at(endpoint_.address.url + "/completions", "max_tokens");
    }
    // vLLM leaves special tokens out of the text, and then no stop string can match one.
    if (endpoint_.local) body_.set("skip_special_tokens", "false");
    set_stop(stop);
    set_sampling();
    return finish_open(endpoint_.address.url + "/completions", true);
  }

  /// Code Llama's tokens begin with SentencePiece's mark, which is how a tokenizer writes a blank; as
  /// text they are "<PRE> prefix <SUF>suffix <MID>".
  static std::string template_text(const FimFamily& family, FimSpecial special) {
    constexpr std::string_view kSpace = "▁";
    const std::string_view token = text_of(family, special);
    if (!token.starts_with(kSpace)) return std::string(token);
    const std::string rest(token.substr(kSpace.size()));
    return special == FimSpecial::prefix ? rest + " " : " " + rest;
  }

  /// All in the fields whose text the server does not search for special tokens ("prompt" is searched):
  /// nothing needs to be made harmless, and words are not torn where prefix and middle meet.
  Result<FimRequest> infill() {
    body_.set_string("input_prefix", std::string(texts_.prefix) + std::string(texts_.middle));
    body_.set_string("input_suffix", texts_.suffix);
    std::string extras = "[";
    for (const FimTexts::Extra& extra : texts_.extras) {
      if (extras.size() > 1) extras += ',';
      JsonObject chunk;
      chunk.set_string("filename", extra.name);
      chunk.set_string("text", extra.text);
      extras += chunk.str();
    }
    body_.set("input_extra", extras + "]");
    body_.set_string("prompt", "");
    return finish_llama("/infill", "n_predict");
  }

  Result<FimRequest> suffix() {
    const bool mistral = is_host(endpoint_, "mistral.ai");
    const bool deepseek = is_host(endpoint_, "deepseek.com");
    body_.set_string("prompt", mend(plain_prefix(texts_)));
    body_.set_string("suffix", mend(texts_.suffix));
    set_stop(params_.stop);
    set_sampling(mistral ? "random_seed" : "seed");
    std::string origin = origin_of(endpoint_);
    if (deepseek && !origin.ends_with("/beta")) origin += "/beta";
    return finish_open(deepseek  ? origin + "/completions"
                       : mistral ? endpoint_.address.url + "/fim/completions"
                                 : endpoint_.address.url + "/completions",
                       !mistral);  // Mistral refuses fields that it does not know
  }

  Result<FimRequest> chat() {
    ChatParams chat;
    chat.model = params_.server.model;
    chat.max_tokens = std::max<int64_t>(params_.max_tokens, 1);
    chat.temperature = params_.temperature;
    JsonObject extra;
    if (!params_.stop.empty()) set_stop(params_.stop, extra);
    if (params_.seed) extra.set("seed", std::to_string(*params_.seed));
    if (Result<void> merged = extra.merge(params_.extra_json, "extra"); !merged) return merged.error();
    chat.extra_json = extra.str();
    Result<std::string> body = encode_chat_body(fim_chat_messages(texts_), chat, endpoint_.local);
    if (!body) return std::move(body.error());
    return FimRequest{endpoint_.address.url + "/chat/completions", std::move(*body), true};
  }

  std::string mend(std::string_view text) {
    std::string out = neutralise(text);
    mended_ = mended_ || out.size() != text.size();
    return out;
  }

  void set_stop(const std::vector<std::string>& stop) { set_stop(stop, body_); }
  void set_stop(std::vector<std::string> stop, JsonObject& body) {
    if (!endpoint_.local && stop.size() > kMaxCloudStops) stop.resize(kMaxCloudStops);
    if (!stop.empty()) body.set("stop", strings(stop));
  }

  /// What all servers know. Without a temperature the likeliest text, so that the same place always gets
  /// the same suggestion.
  void set_sampling(const char* seed = "seed") {
    body_.set("temperature", number(params_.temperature.value_or(0)));
    if (params_.seed) body_.set(seed, std::to_string(*params_.seed));
  }

  Result<FimRequest> finish_llama(const char* path, const char* limit) {
    set_stop(params_.stop);
    return finish_llama_at(origin_of(endpoint_) + path, limit);
  }

  /// Of llama-server's samplers only those that pay: "infill" ends the text when the end is likely enough
  /// beside all else. It would narrow alternatives down to one, so a request with a seed goes without.
  Result<FimRequest> finish_llama_at(std::string url, const char* limit) {
    body_.set(limit, std::to_string(params_.max_tokens));
    set_sampling();
    body_.set("top_k", "40");
    body_.set("top_p", "0.99");
    body_.set("samplers", params_.seed ? R"(["top_k","top_p","temperature"])"
                                       : R"(["top_k","top_p","infill","temperature"])");
    if (params_.time_limit) body_.set("t_max_predict_ms", std::to_string(params_.time_limit->count()));
    if (params_.slot) body_.set("id_slot", std::to_string(*params_.slot));
    body_.set("cache_prompt", "true");
    body_.set("sse_ping_interval", std::to_string(kPingSeconds));
    // Without this the last event repeats the whole prompt.
    body_.set("response_fields", R"(["content","stop","stop_type","model","timings"])");
    return finish(std::move(url));
  }

  Result<FimRequest> finish_open(std::string url, bool usage) {
    // Some servers refuse 0; the token is not shown.
    body_.set("max_tokens", std::to_string(std::max<int64_t>(params_.max_tokens, 1)));
    if (usage) body_.set("stream_options", R"({"include_usage":true})");
    return finish(std::move(url));
  }

  Result<FimRequest> finish(std::string url) {
    if (!params_.server.model.empty()) body_.set_string("model", params_.server.model);
    body_.set("stream", "true");
    if (Result<void> merged = body_.merge(params_.extra_json, "extra"); !merged) return merged.error();
    return FimRequest{std::move(url), body_.str(), mended_};
  }

  const FimTexts& texts_;
  const FimParams& params_;
  const Endpoint& endpoint_;
  JsonObject body_;
  bool mended_ = false;
};

}  // namespace

Result<FimRequest> encode_fim(const std::vector<privacy::Message>& messages, const FimParams& params,
                              const Endpoint& endpoint) {
  const Result<FimTexts> texts = read_fim_texts(messages);
  if (!texts) return texts.error();
  return Encoder(*texts, params, endpoint).encode();
}

}  // namespace coder::provider
