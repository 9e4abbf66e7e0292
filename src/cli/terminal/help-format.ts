import { styleText } from 'node:util';
import { type Command, Help, type HelpConfiguration, type Option } from 'commander';

/** How help looks: commands by their names alone, so that their summaries fit beside them. */
export const HELP: HelpConfiguration = {
  subcommandTerm,
  optionDescription,
  // commander takes the escapes out again where nobody sees colours.
  styleTitle: (title) => styleText('bold', title),
};

/** The name; of a command of a command (`eeprom read`) what it takes, too. */
function subcommandTerm(command: Command): string {
  if (command.parent?.parent == null) return command.name();
  const names = command.registeredArguments.map((argument) =>
    argument.required ? `<${argument.name()}>` : `[${argument.name()}]`,
  );
  return [command.name(), ...names].join(' ');
}

/** As commander does, but says nothing of switches that are off and of lists that are empty. */
function optionDescription(option: Option): string {
  const { defaultValue } = option;
  const nothing = defaultValue === false || (Array.isArray(defaultValue) && defaultValue.length === 0);
  const shown = nothing ? Object.create(option, { defaultValue: { value: undefined } }) : option;
  return new Help().optionDescription(shown as Option);
}
