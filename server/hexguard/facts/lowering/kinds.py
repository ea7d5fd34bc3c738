"""The node types that lowering asks for, as numbers: they are asked for at every node, and names compare slowly."""

from typing import Final

from hexguard.syntax.parse import kind_id, kind_ids

ASYNC: Final = kind_id("async", is_named=False)
AS_PATTERN: Final = kind_id("as_pattern")
BLOCK: Final = kind_id("block")
DEFAULT_PARAMETER: Final = kind_id("default_parameter")
DICTIONARY_SPLAT: Final = kind_id("dictionary_splat")
ERROR: Final = kind_id("ERROR")
EXTRAS: Final = kind_ids("comment", "line_continuation")
EXPRESSION_STATEMENT: Final = kind_id("expression_statement")
FOR_CLAUSE: Final = kind_id("for_in_clause")
GENERATOR: Final = kind_id("generator_expression")
IDENTIFIER: Final = kind_id("identifier")
IF_CLAUSE: Final = kind_id("if_clause")
INTERPOLATION: Final = kind_id("interpolation")
KEYWORD_ARGUMENT: Final = kind_id("keyword_argument")
PAIR: Final = kind_id("pair")
PARENTHESIZED: Final = kind_id("parenthesized_expression")
STRING: Final = kind_id("string")
TUPLE: Final = kind_id("tuple")
TYPE_PARAMETER: Final = kind_id("type_parameter")

TARGET_LISTS: Final = kind_ids("pattern_list", "tuple_pattern", "list_pattern", "expression_list", "tuple", "list")
TARGET_WRAPPERS: Final = kind_ids("list_splat_pattern", "list_splat", "as_pattern_target", "parenthesized_expression")
