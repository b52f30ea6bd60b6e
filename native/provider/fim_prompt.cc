#include "provider/fim_prompt.h"

#include <utility>

namespace coder::provider {
namespace {

/// Stands for names that are not known; models were taught with names everywhere or nowhere.
constexpr std::string_view kRepository = "project";
constexpr std::string_view kThisFile = "current";

class Composer {
 public:
  explicit Composer(const FimFamily& family) : family_(family) {}

  void special(FimSpecial special) { parts_.push_back({special, ""}); }
  void text(std::string_view text) {
    if (text.empty()) return;
    if (parts_.empty() || parts_.back().special != FimSpecial::none) parts_.emplace_back();
    parts_.back().text += text;
  }
  void line(std::string_view words) {
    text(words);
    if (!words.ends_with('\n')) text("\n");
  }

  /// "FILE name \n", or a comment where the family has no such token.
  void file(std::string_view name) {
    if (*family_.file) {
      special(FimSpecial::file);
    } else {
      text("# ");
    }
    line(name);
  }

  std::vector<FimPart> take() { return std::move(parts_); }

 private:
  const FimFamily& family_;
  std::vector<FimPart> parts_;
};

std::string_view this_file(const FimTexts& texts) { return texts.name.empty() ? kThisFile : texts.name; }

void add_before(Composer& out, const FimTexts& texts, const FimFamily& family) {
  if (texts.extras.empty() || family.extras == FimExtras::inside) return;
  if (*family.repository) {
    out.special(FimSpecial::repository);
    out.text(kRepository);
    if (family.extras == FimExtras::lines) out.text("\n");
  }
  for (const FimTexts::Extra& extra : texts.extras) {
    out.file(extra.name);
    if (!extra.text.empty()) out.line(extra.text);
  }
  if (family.extras == FimExtras::lines) {
    out.file(this_file(texts));
  } else {
    out.special(FimSpecial::file);
  }
}

void add_prefix(Composer& out, const FimTexts& texts, const FimFamily& family) {
  out.special(FimSpecial::prefix);
  if (!texts.extras.empty()) {
    if (family.extras == FimExtras::inside) {
      for (const FimTexts::Extra& extra : texts.extras) {
        out.file(extra.name);
        if (!extra.text.empty()) out.line(extra.text);
      }
      out.file(this_file(texts));
    } else if (family.extras == FimExtras::joined) {
      out.line(this_file(texts));
    }
  }
  out.text(texts.prefix);
}

}  // namespace

Result<FimTexts> read_fim_texts(const std::vector<privacy::Message>& messages) {
  FimTexts out;
  bool seen[3] = {false, false, false};
  for (const privacy::Message& message : messages) {
    switch (message.role) {
      case privacy::Role::extra:
        out.extras.push_back({message.name, message.text});
        continue;
      case privacy::Role::prefix:
        out.prefix = message.text;
        out.name = message.name;
        break;
      case privacy::Role::suffix:
        out.suffix = message.text;
        break;
      case privacy::Role::middle:
        out.middle = message.text;
        break;
      default:
        return Error{ErrorKind::internal,
                     std::string("a completion has no ") + privacy::to_string(message.role) + " text", ""};
    }
    bool& twice = seen[static_cast<size_t>(message.role) - static_cast<size_t>(privacy::Role::prefix)];
    if (twice) {
      return Error{ErrorKind::internal,
                   std::string("a completion has one ") + privacy::to_string(message.role) + " text only",
                   ""};
    }
    twice = true;
  }
  if (!seen[0] && !seen[1] && !seen[2])
    return Error{ErrorKind::internal, "a completion needs a text to complete", ""};
  return out;
}

std::vector<FimPart> compose(const FimTexts& texts, const FimFamily& family, bool join_middle) {
  const bool joined = join_middle || !*family.middle;
  Composer out(family);
  const auto suffix = [&] {
    out.special(FimSpecial::suffix);
    out.text(texts.suffix);
  };
  add_before(out, texts, family);
  if (family.suffix_first) suffix();
  add_prefix(out, texts, family);
  if (joined) out.text(texts.middle);
  if (!family.suffix_first) suffix();
  if (*family.middle) out.special(FimSpecial::middle);
  if (!joined) out.text(texts.middle);
  return out.take();
}

std::string plain_prefix(const FimTexts& texts) {
  std::string out;
  const auto comment = [&out](std::string_view name) {
    out += "# ";
    out += name;
    out += '\n';
  };
  for (const FimTexts::Extra& extra : texts.extras) {
    comment(extra.name);
    out += extra.text;
    if (!extra.text.ends_with('\n')) out += '\n';
  }
  if (!texts.extras.empty()) comment(this_file(texts));
  out += texts.prefix;
  out += texts.middle;
  return out;
}

}  // namespace coder::provider
