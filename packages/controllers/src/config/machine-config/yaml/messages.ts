import type { YAMLParseError } from 'yaml';

/** What to say of text that is not YAML. Nothing of the text itself is quoted: it may be a secret. */
export const YAML_MESSAGES: Readonly<Record<YAMLParseError['code'], string>> = {
  ALIAS_PROPS: 'not valid YAML: an alias cannot have an anchor or a tag',
  BAD_ALIAS: 'not valid YAML: an alias or anchor without a usable name',
  BAD_COLLECTION_TYPE: 'not valid YAML: a tag that does not fit what follows it',
  BAD_DIRECTIVE: 'not valid YAML: a directive that is malformed',
  BAD_DQ_ESCAPE: 'not valid YAML: an unknown escape in a double-quoted text',
  BAD_INDENT: 'not valid YAML: the indentation does not fit',
  BAD_PROP_ORDER: 'not valid YAML: an anchor or tag in the wrong place',
  BAD_SCALAR_START: 'not valid YAML: text that starts with this character needs quotes',
  BLOCK_AS_IMPLICIT_KEY: 'not valid YAML: a mapping cannot start here; is the value to be quoted?',
  BLOCK_IN_FLOW: 'not valid YAML: an indented block inside brackets',
  DUPLICATE_KEY: 'not valid YAML: a key is given twice',
  IMPOSSIBLE: 'not valid YAML',
  KEY_OVER_1024_CHARS: 'not valid YAML: a key that is too long',
  MISSING_CHAR: 'not valid YAML: a colon, comma, space, closing quote or bracket is missing',
  MULTILINE_IMPLICIT_KEY: 'not valid YAML: a key over several lines, or a colon that is missing',
  MULTIPLE_ANCHORS: 'not valid YAML: more than one anchor',
  MULTIPLE_DOCS: 'not valid YAML: more than one document',
  MULTIPLE_TAGS: 'not valid YAML: more than one tag',
  NON_STRING_KEY: 'not valid YAML: a key that is not text',
  RESOURCE_EXHAUSTION: 'not valid YAML: nested too deeply',
  TAB_AS_INDENT: 'not valid YAML: a tab in the indentation; use spaces',
  TAG_RESOLVE_FAILED: 'not valid YAML: a tag that does not fit its value',
  UNEXPECTED_TOKEN: 'not valid YAML: something that cannot stand here',
};
