#include "app/open_buffers.h"

#include <filesystem>
#include <tuple>

#include "codec/reader.h"
#include "edit/staged.h"

namespace coder::codec {

template <>
struct Fields<app::OpenBuffer> {
  static constexpr auto list =
      std::tuple{field("buf", &app::OpenBuffer::buf), field("path", &app::OpenBuffer::path),
                 field("eol", &app::OpenBuffer::eol), field("final_newline", &app::OpenBuffer::final_newline),
                 field("bom", &app::OpenBuffer::bom), field("modifiable", &app::OpenBuffer::modifiable)};
};

}  // namespace coder::codec

namespace coder::app {

using codec::Value;

namespace {

const char* const kBom = "\xEF\xBB\xBF";

/// As it would be written.
std::string text_of(const OpenBuffer& buffer, const workspace::Mirror& mirror) {
  std::string text = buffer.bom ? kBom : "";
  // Neovim has one empty line for a file without any.
  if (mirror.lines.size() == 1 && mirror.lines[0].empty()) return text;
  text.reserve(mirror.bytes + mirror.lines.size() + 4);
  for (size_t i = 0; i < mirror.lines.size(); ++i) {
    text += mirror.lines[i];
    if (i + 1 < mirror.lines.size() || buffer.final_newline) text += buffer.eol;
  }
  return text;
}

/// By resolved path. Of two buffers of one file the first counts.
std::map<std::string, OpenBuffer> by_path(std::vector<OpenBuffer> list, const std::set<std::string>& wanted) {
  std::map<std::string, OpenBuffer> out;
  for (OpenBuffer& one : list) {
    std::error_code failed;
    std::string real = std::filesystem::weakly_canonical(one.path, failed).string();
    if (failed || wanted.count(real) == 0) continue;
    if (one.eol != "\r\n") one.eol = "\n";
    out.try_emplace(std::move(real), std::move(one));
  }
  return out;
}

OpenFiles texts_of(const std::map<std::string, OpenBuffer>& open, const workspace::Mirrors& mirrors) {
  OpenFiles out;
  for (const auto& [real, buffer] : open) {
    const workspace::Mirror* mirror = mirrors.find(buffer.buf);
    if (!buffer.modifiable) {
      out.closed[real] = "is open in the editor and not modifiable";
    } else if (!mirror || !mirror->ready) {
      out.closed[real] = "is open in the editor and too large to be read there";
    } else {
      out.texts[real] = {buffer.buf, mirror->changedtick, text_of(buffer, *mirror), buffer.eol == "\r\n"};
    }
  }
  return out;
}

Value splices_of(const edit::FileChange& change) {
  Value::Array out;
  for (const edit::Hunk& hunk : edit::hunks_of(change.at.shown, change.old_text, change.new_text)) {
    Value::Array lines;
    for (std::string_view line : hunk.new_lines) {
      if (line.ends_with('\n')) line.remove_suffix(1);
      if (change.buffer->crlf && line.ends_with('\r')) line.remove_suffix(1);
      if (hunk.new_first == 0 && lines.empty() && line.starts_with(kBom)) line.remove_prefix(3);
      lines.push_back(Value(std::string(line)));
    }
    const auto first = static_cast<int64_t>(hunk.old_first);
    const auto last = first + static_cast<int64_t>(hunk.old_lines.size());
    out.push_back(Value(Value::Array{Value(first), Value(last), Value(std::move(lines))}));
  }
  return Value(std::move(out));
}

}  // namespace

void find_open(rpc::Channel& channel, const workspace::Mirrors& mirrors, std::set<std::string> paths,
               unique_function<void(Result<OpenFiles>)> done) {
  const auto call = std::make_shared<unique_function<void(Result<OpenFiles>)>>(std::move(done));
  channel.request(
      "nvim_exec_lua", {Value("return require('coder.refactor.buffers').list()"), Value(Value::Array())},
      [&channel, &mirrors, paths = std::move(paths), call](Result<Value> answer) {
        if (!answer) return (*call)(std::move(answer.error()));
        auto list = codec::decode<std::vector<OpenBuffer>>(*answer, "buffers");
        if (!list) return (*call)(std::move(list.error()));
        auto open = by_path(std::move(*list), paths);
        Value::Array unread;
        for (const auto& [real, buffer] : open) {
          const workspace::Mirror* mirror = mirrors.find(buffer.buf);
          if (!mirror || !mirror->ready) unread.push_back(Value(buffer.buf));
        }
        if (unread.empty()) return (*call)(texts_of(open, mirrors));
        // Their buf_attach comes before this answer, their text before the answer to the next request.
        channel.request("nvim_exec_lua",
                        {Value("require('coder.refactor.buffers').attach(...)"),
                         Value(Value::Array{Value(std::move(unread))})},
                        [&channel, &mirrors, open = std::move(open), call](const Result<Value>&) {
                          channel.request("nvim_get_mode", {}, [&mirrors, open, call](const Result<Value>&) {
                            (*call)(texts_of(open, mirrors));
                          });
                        });
      });
}

void change_buffers(rpc::Channel& channel, const std::vector<edit::FileChange>& changes,
                    unique_function<void(Result<void>)> done) {
  Value::Array items;
  for (const edit::FileChange& change : changes) {
    if (!change.buffer) continue;
    Value::Map item{{"buf", Value(change.buffer->number)},
                    {"tick", Value(change.buffer->changedtick)},
                    {"edits", splices_of(change)}};
    const bool ended = change.old_text.empty() || change.old_text.ends_with('\n');
    const bool ends = change.new_text.empty() || change.new_text.ends_with('\n');
    if (ended != ends) item.emplace_back("final_newline", Value(ends));
    items.push_back(Value(std::move(item)));
  }
  if (items.empty()) return done({});
  channel.request("nvim_exec_lua",
                  {Value("return require('coder.refactor.buffers').change(...)"),
                   Value(Value::Array{Value(std::move(items))})},
                  [done = std::move(done)](Result<Value> answer) mutable {
                    if (!answer) return done(std::move(answer.error()));
                    const Value* problem = answer->find("problem");
                    if (problem && problem->as_string())
                      return done(Error{ErrorKind::edits, *problem->as_string(), "nothing was changed"});
                    done({});
                  });
}

}  // namespace coder::app
