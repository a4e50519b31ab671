#include "command_line.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>

#include "exit_status.hpp"
#include "factory.hpp"
#include "nearest.hpp"
#include "version.hpp"

namespace heddle::cli {

namespace {

// "500ms", "30s", "1.5m", "1h": a decimal number and its unit, nothing else. Throws usage_error.
double parse_duration(const std::string& option, const std::string& text) {
  const std::size_t digits = std::min(text.find_first_not_of("0123456789."), text.size());
  const std::string_view unit = std::string_view(text).substr(digits);
  double scale = 0;
  if (unit == "ms") scale = 0.001;
  if (unit == "s") scale = 1;
  if (unit == "m") scale = 60;
  if (unit == "h") scale = 3600;
  double value = 0;
  const char* end = text.data() + digits;
  const auto [stop, error] = std::from_chars(text.data(), end, value, std::chars_format::fixed);
  if (error != std::errc() || stop != end || value <= 0 || scale == 0)
    throw usage_error(
        option + " takes a duration, a number with ms, s, m or h such as 500ms or 30s, not \"" +
        text + "\"");
  return value * scale;
}

// Throws usage_error.
std::uint64_t parse_number(const std::string& option, const std::string& text,
                           std::uint64_t least) {
  std::uint64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end || value < least)
    throw usage_error(option + " takes a whole number" +
                      (least > 0 ? ", at least " + std::to_string(least) : std::string()) +
                      ", not \"" + text + "\"");
  return value;
}

// Throws usage_error, also for more than executions can have.
unsigned parse_preemptions(const std::string& text) {
  constexpr std::uint64_t most = 1'000'000;
  const std::uint64_t k = parse_number("--preemptions", text, 0);
  if (k > most)
    throw usage_error("--preemptions takes at most 1000000, not \"" + text +
                      "\"; without it there is no bound");
  return static_cast<unsigned>(k);
}

// Adds options to a subcommand and turns their texts into values; which sentence a wrong one gets
// is decided here and not by the library.
class option_set {
 public:
  option_set(CLI::App& app, command_line& out) : app_(app), out_(out) {}

  void number(const std::string& name, std::uint64_t least, std::optional<std::uint64_t>& to,
              const std::string& help) {
    app_.add_option_function<std::string>(
            name, [=, &to](const std::string& text) { to = parse_number(name, text, least); }, help)
        ->type_name("N");
  }
  void one_of(const std::string& name, const std::vector<std::string>& values,
              std::optional<std::string>& to, const std::string& help) {
    const auto set = [=, &to](const std::string& text) {
      if (std::ranges::find(values, text) == values.end())
        throw usage_error("there is no " + name.substr(2) + " \"" + text + "\" among " +
                          joined(values, ", ") + suggestion(text, values));
      to = text;
    };
    app_.add_option_function<std::string>(name, set, help)->type_name(joined(values, "|"));
  }
  void exploration() {
    one_of("--time", {"free", "idle"}, out_.time,
           "when timers fire: at any moment, or only when nothing else can happen");
    number("--pct-depth", 1, out_.pct_depth, "how many orderings pct aims to get right [3]");
    app_.add_option_function<std::string>(
            "--preemptions",
            [&out = out_](const std::string& text) { out.preemptions = parse_preemptions(text); },
            "only executions with at most so many switches away from who could go on")
        ->type_name("K");
    number("--max-steps", 1, out_.max_steps, "cut executions that are longer [20000]");
    app_.add_option_function<std::string>(
            "--hang-timeout",
            [&out = out_](const std::string& text) {
              out.hang_seconds = parse_duration("--hang-timeout", text);
            },
            "give up a model that reaches no operation for so long [10s]")
        ->type_name("D");
  }
  void target() {
    app_.add_option("--target", out_.target,
                    "a program linked with heddle::main, or a .cpp file to compile")
        ->type_name("FILE");
    app_.add_flag("!--no-instrument", out_.instrument,
                  "compile a .cpp file as it is: races are seen in heddle::var alone, and "
                  "std::atomic is not explored");
    app_.add_option("--compiled-from", out_.compiled_from)->group("");  // from --target to itself
  }

 private:
  static std::string joined(const std::vector<std::string>& values, const std::string& between) {
    std::string all;
    for (const std::string& v : values) all += (all.empty() ? "" : between) + v;
    return all;
  }
  CLI::App& app_;
  command_line& out_;
};

std::vector<std::string> strategies(bool only_sampling) {
  std::vector<std::string> names;
  for (std::string_view name : explore::strategy_names())
    if (!only_sampling || explore::is_sampling(name)) names.emplace_back(name);
  if (!only_sampling) names.emplace_back("auto");
  return names;
}

void add_check(CLI::App& app, command_line& out) {
  CLI::App* sub = app.add_subcommand("check", "explore models and say what they are found to be");
  sub->callback([&out] { out.command = command::check; });
  sub->add_option("filter", out.filters,
                  "a model, a group or a glob; without one all models but the large ones");
  option_set options(*sub, out);
  options.one_of("--strategy", strategies(false), out.strategy, "how to explore [dpor]");
  options.number("--seed", 0, out.seed, "of a sampling strategy [0]");
  options.exploration();
  options.number("--max-executions", 1, out.max_executions, "stop a model after so many");
  sub->add_option_function<std::string>(
         "--max-time",
         [&out](const std::string& text) { out.max_seconds = parse_duration("--max-time", text); },
         "stop a model after so long, e.g. 30s, 500ms, 2m")
      ->type_name("D");
  sub->add_option_function<std::string>(
         "--jobs", [&out](const std::string& text) { out.jobs = parse_number("--jobs", text, 1); },
         "how many processes explore, several models or parts of one [1]")
      ->type_name("N");
  sub->add_flag("--keep-going", out.keep_going, "explore on after a failure, list distinct ones");
  sub->add_flag("--allow-incomplete", out.allow_incomplete,
                "a search cut by its budget with nothing found is no reason for exit status 3");
  sub->add_option("--checkpoint", out.checkpoint,
                  "keep what is explored and what is left in a file, of one model")
      ->type_name("FILE");
  sub->add_option("--resume", out.resume, "go on from such a file")->type_name("FILE");
  sub->add_flag("--count-traces", out.count_traces,
                "tell traces apart: proves that dpor explored each once, shows what others covered");
  sub->add_flag("--estimate", out.estimate,
                "say how many executions an exhaustive search would take; explore nothing");
  sub->add_option("--json", out.json, "write a report; - is standard output")->type_name("FILE");
  options.target();
}

void add_replay(CLI::App& app, command_line& out) {
  CLI::App* sub = app.add_subcommand("replay", "run one execution again and tell its story");
  sub->callback([&out] { out.command = command::replay; });
  sub->add_option("model", out.model, "the model's whole name")->required();
  option_set options(*sub, out);
  options.number("--seed", 0, out.seed, "the seed that a failure printed");
  sub->add_option("--schedule", out.schedule, "the schedule that a failure printed")
      ->type_name("TEXT");
  sub->add_option("--file", out.file, "a report of `heddle check --json`: its failure's schedule")
      ->type_name("FILE");
  options.one_of("--strategy", strategies(true), out.strategy, "the seed's [the model's, else random]");
  options.exploration();
  options.target();
}

void add_list_and_run(CLI::App& app, command_line& out) {
  CLI::App* list = app.add_subcommand("list", "the models, with what each must be found to be");
  list->callback([&out] { out.command = command::list; });
  list->add_option("filter", out.filters, "a model, a group or a glob; all models without one");
  option_set(*list, out).target();
  CLI::App* run = app.add_subcommand("run", "run a model at speed");
  run->callback([&out] { out.command = command::run; });
  run->add_option("model", out.model, "the model's whole name")->required();
  option_set(*run, out).target();
}

void refuse_contradictions(const command_line& line) {
  if (line.command == command::check && line.seed && line.strategy &&
      *line.strategy != "auto" && !explore::is_sampling(*line.strategy))
    throw usage_error("--seed is for a sampling strategy; " + *line.strategy +
                      " explores the same executions whatever the seed");
  if (line.command != command::replay) return;
  const int sources =
      (line.seed ? 1 : 0) + (line.schedule.empty() ? 0 : 1) + (line.file.empty() ? 0 : 1);
  if (sources != 1)
    throw usage_error("replay takes one of --seed, --schedule and --file, and not " +
                      std::string(sources == 0 ? "none" : "several"));
  if (line.seed) return;
  if (line.strategy) throw usage_error("--strategy belongs to --seed; a schedule needs none");
  if (line.time || line.max_steps)
    throw usage_error("a schedule brings --time and --max-steps with it; leave them out");
  if (line.preemptions)
    throw usage_error("--preemptions belongs to --seed; a schedule needs none");
  if (line.pct_depth) throw usage_error("--pct-depth belongs to --seed; a schedule needs none");
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

// The library's errors in one sentence.
std::string sentence(const CLI::ParseError& e, const CLI::App& app) {
  std::string where = "heddle";
  for (const CLI::App* sub : app.get_subcommands()) where += " " + sub->get_name();
  std::string what = first_line(e.what());
  if (dynamic_cast<const CLI::ExtrasError*>(&e) != nullptr) {
    const std::vector<std::string> left = app.remaining(true);
    if (!left.empty())
      what =
          (left.front().starts_with('-') ? "there is no option " : "nothing takes the argument ") +
          left.front();
  }
  return what + "; see `" + where + " --help`";
}

void refuse_unknown_command(int argc, const char* const* argv) {
  const std::vector<std::string> commands{"list", "check", "replay", "run"};
  if (argc < 2) throw usage_error("a command is missing; see `heddle --help`");
  const std::string first = argv[1];
  if (first.starts_with('-') || std::ranges::find(commands, first) != commands.end()) return;
  throw usage_error("there is no command \"" + first + "\"" + suggestion(first, commands));
}

}  // namespace

void refuse_empty_values(int argc, const char* const* argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    const std::string_view before = argv[i - 1];
    if (word.empty() && before.starts_with("--"))
      throw usage_error(std::string(before) + " needs a value, not an empty one");
    if (word.starts_with("--") && word.ends_with("="))
      throw usage_error(std::string(word.substr(0, word.size() - 1)) +
                        " needs a value, not an empty one");
  }
}

command_line parse(int argc, const char* const* argv) {
  command_line out;
  out.program = argc > 0 ? argv[0] : "heddle";
  refuse_unknown_command(argc, argv);
  CLI::App app("Heddle: checks Go-style concurrent programs, and replays what it finds.", "heddle");
  app.set_version_flag("--version", std::string("heddle ") + version);
  app.require_subcommand(1);
  add_check(app, out);
  add_replay(app, out);
  add_list_and_run(app, out);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    const auto subs = app.get_subcommands();
    out.command = command::show_text;
    out.text = subs.empty() ? app.help() : subs.front()->help("heddle");
    return out;
  } catch (const CLI::CallForVersion& asked) {
    out.command = command::show_text;
    out.text = std::string(asked.what()) + "\n";
    return out;
  } catch (const CLI::ParseError& e) {
    throw usage_error(sentence(e, app));
  }
  refuse_contradictions(out);
  return out;
}

std::vector<std::string> arguments_without_target(int argc, const char* const* argv) {
  std::vector<std::string> kept;
  for (int i = 1; i < argc; ++i) {
    const std::string_view one = argv[i];
    if (one == "--target") {
      ++i;
    } else if (!one.starts_with("--target=")) {
      kept.emplace_back(one);
    }
  }
  return kept;
}

}  // namespace heddle::cli
