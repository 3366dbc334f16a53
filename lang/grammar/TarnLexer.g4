/*
 * Tokens of Tarn.
 *
 * Newlines and comments are kept, on hidden channels, because statements may end at a newline and the formatter needs
 * the comments. Which newlines end a statement is decided by StatementTerminators.cs in one pass over the token list;
 * that pass moves them to the parser's channel.
 *
 * Every '{' pushes the default mode and every '}' pops it, so that the '}' of "${…}" leads back into the string.
 */
lexer grammar TarnLexer;

options { superClass = TarnLexerBase; }

// Set by StatementTerminators.cs: "test" before a string, "get" and "set" before a name and "operator" before FN and "inline" before a name, FN or a modifier where a declaration begins, '(' after "operator fn", ELSE before IF, "value" before CLASS, IDENT before '=>' and '(' of a ')' before '=>' unless the '=>' is that of a match's arm, and '<' '>' around type arguments.
tokens { TEST, GET, SET, OPERATOR, INLINE, CALL_OPEN, ELSE_IF, LAMBDA_PARAMETER, LAMBDA_OPEN, TYPE_OPEN, TYPE_CLOSE, VALUE }
channels { COMMENTS }

// Keywords
IMPORT: 'import';
FN: 'fn';
LET: 'let';
VAR: 'var';
CLASS: 'class';
INTERFACE: 'interface';
ENUM: 'enum';
INIT: 'init';
OPEN: 'open';
ABSTRACT: 'abstract';
OVERRIDE: 'override';
PRIVATE: 'private';
STATIC: 'static';
EXTERN: 'extern';
IF: 'if';
ELSE: 'else';
MATCH: 'match';
WHILE: 'while';
FOR: 'for';
IN: 'in';
BREAK: 'break';
CONTINUE: 'continue';
RETURN: 'return';
NEW: 'new';
IS: 'is';
AS: 'as';
AS_SAFE: 'as?';
THIS: 'this';
SUPER: 'super';
NULL: 'null';
TRUE: 'true';
FALSE: 'false';
THROW: 'throw';
TRY: 'try';
CATCH: 'catch';
FINALLY: 'finally';
DEFER: 'defer';

IDENT: [\p{L}_] [\p{L}\p{Nd}_]*;

// Literals. A range "1..n" must not start with a fraction, so a fraction needs a digit after its dot.
INT: DIGITS | '0' [xX] HEX_DIGITS | '0' [bB] [01] [01_]*;
LONG: INT 'L';
DOUBLE: DIGITS '.' DIGITS EXPONENT? | DIGITS EXPONENT;
FLOAT: (DIGITS | DOUBLE) 'f';
BAD_NUMBER: [0-9] [\p{L}\p{Nd}_]*;
CHAR: '\'' (~['\\\r\n] | ESCAPE)* '\'';
UNTERMINATED_CHAR: '\'' (~['\\\r\n] | ESCAPE)*;
STRING: '"' (~["\\\r\n$] | ESCAPE | '$'+ ~["\\\r\n${] | '$'+ ESCAPE)* '$'* '"';
RAW_STRING: '"""' .*? '"""' '"'*;
UNTERMINATED_RAW_STRING: '"""' ~["]* EOF;
STRING_START: '"' -> pushMode(IN_STRING);

// Punctuation
LPAREN: '(';
RPAREN: ')';
LBRACK: '[';
RBRACK: ']';
LBRACE: '{' -> pushMode(DEFAULT_MODE);
RBRACE: '}' -> popMode;
COMMA: ',';
SEMI: ';';
COLON: ':';
DOT: '.';
SAFE_DOT: '?.';
QUESTION: '?';
RANGE: '..';
RANGE_CLOSED: '..=';
FAT_ARROW: '=>';

// Operators
BANG_BANG: '!!';
BANG: '!';
TILDE: '~';
PLUS_PLUS: '++';
MINUS_MINUS: '--';
PLUS: '+';
MINUS: '-';
STAR: '*';
SLASH: '/';
PERCENT: '%';
AMP: '&';
BAR: '|';
CARET: '^';
SHL: '<<';
SHR: '>>';
USHR: '>>>';
LT: '<';
LE: '<=';
GT: '>';
GE: '>=';
COMPARE: '<=>';
EQ: '==';
NE: '!=';
IDENTICAL: '===';
NOT_IDENTICAL: '!==';
AND: '&&';
OR: '||';
COALESCE: '??';

ASSIGN: '=';
PLUS_ASSIGN: '+=';
MINUS_ASSIGN: '-=';
STAR_ASSIGN: '*=';
SLASH_ASSIGN: '/=';
PERCENT_ASSIGN: '%=';
AMP_ASSIGN: '&=';
BAR_ASSIGN: '|=';
CARET_ASSIGN: '^=';
SHL_ASSIGN: '<<=';
SHR_ASSIGN: '>>=';
USHR_ASSIGN: '>>>=';
COALESCE_ASSIGN: '??=';

LINE_COMMENT: '//' ~[\r\n]* -> channel(COMMENTS);
BLOCK_COMMENT: '/*' .*? '*/' -> channel(COMMENTS);
UNTERMINATED_COMMENT: '/*' ~[*]* EOF;
NEWLINE: ('\r'? '\n' | '\r') [ \t\r\n]* -> channel(HIDDEN);
SPACE: [ \t]+ -> skip;
UNKNOWN: .;

fragment DIGITS: [0-9] [0-9_]*;
fragment HEX_DIGITS: [0-9a-fA-F] [0-9a-fA-F_]*;
fragment EXPONENT: [eE] [+-]? [0-9]+;
fragment ESCAPE: '\\' ~[\r\n];

mode IN_STRING;

STRING_END: '"' -> popMode;
INTERPOLATION: '${' -> pushMode(DEFAULT_MODE);
STRING_TEXT: (~["\\\r\n$] | ESCAPE | '$'+ ~["\\\r\n${] | '$'+ ESCAPE)+;
DOLLAR: '$' -> type(STRING_TEXT);
UNTERMINATED_STRING: ('\r'? '\n' | '\r') -> popMode;
STRING_UNKNOWN: . -> type(UNKNOWN);
