/*
 * Syntax of Tarn.
 *
 * Every decision here is LL(1): the generated parser never calls ANTLR's adaptive prediction (a test asserts it), which
 * is what makes it fast. Where the language needs more, the grammar accepts a little too much and TreeBuilder.cs
 * refuses the rest with a message of its own. Statements always end with a NEWLINE or ';' here: StatementTerminators.cs
 * also gives a NEWLINE before a '}' or the end of the file.
 *   - operators are a flat list; precedence is applied by the tree builder,
 *   - a named argument and a loop label are read as an expression before ':',
 *   - "by" in a range is an identifier with that text.
 */
parser grammar TarnParser;

options { tokenVocab = TarnLexer; superClass = TarnParserBase; }

// Rules cost a node each time they match, so what stands at every line or operand is written out where it is used.

module: (NEWLINE | SEMI)* (topLevel (NEWLINE | SEMI)+)* EOF;

topLevel: importDeclaration | declaration;

importDeclaration: IMPORT IDENT (DOT importStep)* (AS IDENT)?;

importStep: IDENT | LBRACE IDENT (COMMA IDENT)* RBRACE;

declaration: (PRIVATE | OPEN | ABSTRACT | OVERRIDE | STATIC | EXTERN | VALUE | OPERATOR | INLINE)* (functionDeclaration | propertyDeclaration | classDeclaration | interfaceDeclaration | enumDeclaration | variableDeclaration | initializer | testDeclaration);

functionDeclaration: FN functionName LPAREN parameters? RPAREN (COLON type)? (block | ASSIGN expression)?;

// The last step is the function's own name; those before it are the type that it extends.
functionName: (functionStep | operatorName) ((DOT | SAFE_DOT) (functionStep | operatorName))*;

functionStep: IDENT typeParameters? (LBRACK RBRACK | QUESTION)*;

operatorName: (PLUS | MINUS | STAR | SLASH | PERCENT | BANG | EQ | COMPARE | IN | LBRACK RBRACK ASSIGN? | CALL_OPEN RPAREN) typeParameters?;

propertyDeclaration: GET IDENT COLON type (block | ASSIGN expression)? | SET IDENT LPAREN parameter RPAREN block?;

typeParameters: TYPE_OPEN typeParameter (COMMA typeParameter)* TYPE_CLOSE;

// A type where it is an argument: of the type that a function extends.
typeParameter: type (COLON type)?;

parameters: parameter (COMMA parameter?)*;

parameter: IDENT COLON type (ASSIGN expression)?;

classDeclaration: CLASS IDENT typeParameters? (LPAREN classParameters? RPAREN)? superTypes? memberBlock?;

classParameters: classParameter (COMMA classParameter?)*;

classParameter: (PRIVATE | OPEN | ABSTRACT | OVERRIDE | STATIC | EXTERN)* (LET | VAR)? parameter;

superTypes: COLON superType (COMMA superType)*;

superType: type (LPAREN arguments? RPAREN)?;

interfaceDeclaration: INTERFACE IDENT typeParameters? superTypes? memberBlock?;

// Cases come first: the tree builder says so.
enumDeclaration: ENUM IDENT typeParameters? superTypes? LBRACE (NEWLINE | SEMI | COMMA)* (enumCase (NEWLINE | SEMI | COMMA)+ | declaration (NEWLINE | SEMI)+)* RBRACE;

enumCase: IDENT (LPAREN parameters? RPAREN)?;

memberBlock: LBRACE (NEWLINE | SEMI)* (declaration (NEWLINE | SEMI)+)* RBRACE;

initializer: INIT block;

testDeclaration: TEST STRING block;

variableDeclaration: (LET | VAR) (IDENT (COLON type)? | LPAREN IDENT (COMMA IDENT)* RPAREN) (ASSIGN expression)?;

type
    : (IDENT (DOT IDENT)* typeArguments? | LPAREN type (COMMA type)* RPAREN) (LBRACK RBRACK | QUESTION)*
    | FN LPAREN (type (COMMA type)*)? RPAREN COLON type
    ;

typeArguments: TYPE_OPEN type (COMMA type)* TYPE_CLOSE;

block: LBRACE (NEWLINE | SEMI)* (statement (NEWLINE | SEMI)+)* RBRACE;

statement
    : variableDeclaration
    | functionDeclaration
    | loop
    | BREAK IDENT?
    | CONTINUE IDENT?
    | RETURN expression?
    | DEFER (block | statement)
    | expression
      ( ( ASSIGN | PLUS_ASSIGN | MINUS_ASSIGN | STAR_ASSIGN | SLASH_ASSIGN | PERCENT_ASSIGN | AMP_ASSIGN | BAR_ASSIGN | CARET_ASSIGN
        | SHL_ASSIGN | SHR_ASSIGN | USHR_ASSIGN | COALESCE_ASSIGN ) expression
      | PLUS_PLUS | MINUS_MINUS
      | COLON loop
      )?
    ;

loop
    : WHILE expression block
    | FOR (IDENT | LPAREN IDENT (COMMA IDENT)* RPAREN) IN expression ((RANGE | RANGE_CLOSED) expression (IDENT expression)?)? block
    ;

expression
    : lambda
    | operand
      ( ( PLUS | MINUS | STAR | SLASH | PERCENT | AMP | BAR | CARET | SHL | SHR | USHR | LT | LE | GT | GE | COMPARE | IN | EQ | NE
        | IDENTICAL | NOT_IDENTICAL | AND | OR | COALESCE ) operand
      | (IS | AS | AS_SAFE) type
      )*
    ;

lambda: (LAMBDA_PARAMETER | LAMBDA_OPEN (lambdaParameter (COMMA lambdaParameter)*)? RPAREN) FAT_ARROW (block | expression);

lambdaParameter: IDENT (COLON type)?;

operand
    : (MINUS | PLUS | BANG | BANG_BANG | TILDE | THROW)*
      ( newArray
        ( ( LPAREN expression RPAREN | (DOT | SAFE_DOT) (IDENT | INT | DOUBLE) )
          ( typeArguments? LPAREN arguments? RPAREN | LBRACK index RBRACK | (DOT | SAFE_DOT) (IDENT | INT | DOUBLE) | BANG_BANG )*
        )?
      | ( IDENT | INT | LONG | FLOAT | DOUBLE | CHAR | STRING | RAW_STRING | TRUE | FALSE | NULL | THIS | SUPER
        | stringTemplate | ifExpression | matchExpression | tryExpression | arrayLiteral
        | LPAREN expression (COMMA expression)* RPAREN
        )
        ( typeArguments? LPAREN arguments? RPAREN | LBRACK index RBRACK | (DOT | SAFE_DOT) (IDENT | INT | DOUBLE) | BANG_BANG )*
      )
    ;

arguments: expression (COLON expression)? (COMMA (expression (COLON expression)?)?)*;

index: expression ((RANGE | RANGE_CLOSED) expression?)? | (RANGE | RANGE_CLOSED) expression?;

arrayLiteral: LBRACK (expression (COMMA expression?)*)? RBRACK;

// All brackets behind it are sizes. The value of its elements, or a suffix that is no index, comes after it in the operand.
newArray: NEW (IDENT (DOT IDENT)* typeArguments? | LPAREN type (COMMA type)* RPAREN) (LBRACK expression? RBRACK | QUESTION)+;

ifExpression: IF expression block (ELSE_IF IF expression block)* (ELSE block)?;

tryExpression: TRY block catchClause* (FINALLY block)?;

catchClause: CATCH (IDENT COLON type)? block;

matchExpression: MATCH expression LBRACE (NEWLINE | SEMI | COMMA)* (matchArm (NEWLINE | SEMI | COMMA)+)* RBRACE;

matchArm: alternatives (IF expression)? FAT_ARROW (block | statement);

alternatives: pattern (BAR pattern)*;

// A name alone is '_', a variable or a case without payload.
pattern
    : IDENT (DOT IDENT)* (LPAREN subpatterns? RPAREN | COLON type)?
    | IS type
    | LPAREN subpatterns RPAREN
    | NULL
    | patternConstant ((RANGE | RANGE_CLOSED) patternConstant)?
    ;

subpatterns: alternatives (COMMA alternatives?)*;

patternConstant: MINUS? (INT | LONG | FLOAT | DOUBLE) | CHAR | STRING | RAW_STRING | TRUE | FALSE;

stringTemplate: STRING_START (STRING_TEXT | INTERPOLATION expression RBRACE)* STRING_END;
