using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace RewardScaling.Conventions.Tests;

/// <summary>
/// The public surface of an assembly as text: a line for each type, and indented ones for what its author wrote in it.
/// </summary>
internal static class PublicApiText
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly NullabilityInfoContext Nullability = new();

    /// <summary>The lines, in an order that does not depend on that of the source.</summary>
    public static IReadOnlyList<string> Of(Assembly assembly) =>
    [
        .. assembly.GetExportedTypes().OrderBy(static type => type.FullName, StringComparer.Ordinal)
            .SelectMany(static type =>
                Members(type).Select(static member => "    " + member).Order(StringComparer.Ordinal).Prepend(Header(type))),
    ];

    private static string Header(Type type)
    {
        string kind = type.IsEnum ? "enum" : type.IsInterface ? "interface" : typeof(Delegate).IsAssignableFrom(type) ? "delegate"
            : type.IsValueType ? "struct" : type.IsAbstract && type.IsSealed ? "static class" : type.IsAbstract ? "abstract class" : type.IsSealed ? "sealed class" : "class";
        IEnumerable<string> parents = type.GetInterfaces()
            .Where(parent => parent.Namespace?.StartsWith("RewardScaling", StringComparison.Ordinal) == true || parent == typeof(IDisposable))
            .Select(Name).Order(StringComparer.Ordinal);
        if (type.BaseType is { } up && up != typeof(object) && !type.IsValueType && kind != "delegate")
            parents = parents.Prepend(Name(up));
        string list = string.Join(", ", parents);
        return $"{kind} {type.Namespace}.{Name(type)}{(list.Length > 0 ? " : " + list : "")}";
    }

    private static IEnumerable<string> Members(Type type)
    {
        if (type.IsEnum) return Enum.GetNames(type).Select(name => string.Create(CultureInfo.InvariantCulture, $"{name} = {Convert.ToInt64(Enum.Parse(type, name), CultureInfo.InvariantCulture)}"));
        if (typeof(Delegate).IsAssignableFrom(type)) return [Method(type.GetMethod("Invoke")!)];
        return
        [
            .. type.GetConstructors(Declared).Where(IsOpen).Select(made => $"{Access(made)}{type.Name.Split('`')[0]}({Parameters(made)})"),
            .. type.GetFields(Declared).Where(static field => field.IsPublic || field.IsFamily).Select(Field),
            .. type.GetProperties(Declared).Where(static property =>
                property.GetAccessors(true).Any(IsOpen) && !IsGenerated(property)).Select(Property),
            .. type.GetEvents(Declared).Where(static thing => IsOpen(thing.AddMethod!)).Select(static thing => $"event {Name(thing.EventHandlerType!)} {thing.Name}"),
            .. type.GetMethods(Declared)
                .Where(static method => IsOpen(method) && !IsGenerated(method)
                    && (!method.IsSpecialName || method.Name.StartsWith("op_", StringComparison.Ordinal)))
                .Select(Method),
        ];
    }

    private static bool IsOpen(MethodBase method) =>
        (method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly) && !IsGenerated(method);

    // Accessors of automatic properties are generated too, but those are reached through their property.
    private static bool IsGenerated(MemberInfo member) => member.IsDefined(typeof(CompilerGeneratedAttribute), inherit: false)
        && !(member is MethodInfo { IsSpecialName: true } && !member.Name.StartsWith("op_", StringComparison.Ordinal));

    private static string Access(MethodBase method) =>
        (method.IsPublic ? "" : "protected ") + (method.IsStatic ? "static "
            : method is MethodInfo { IsAbstract: true } && !method.DeclaringType!.IsInterface ? "abstract "
            : method is MethodInfo { IsVirtual: true, IsFinal: false } virtually && !method.DeclaringType!.IsInterface
                && !method.DeclaringType.IsSealed
                && virtually.GetBaseDefinition() == virtually ? "virtual " : "");

    private static string Field(FieldInfo field) =>
        (field.IsLiteral ? "const " : field.IsStatic ? "static " : "") + (field.IsInitOnly ? "readonly " : "")
        + $"{Name(field.FieldType, Nullability.Create(field))} {field.Name}"
        + (field.IsLiteral ? string.Create(CultureInfo.InvariantCulture, $" = {field.GetRawConstantValue()}") : "");

    private static string Property(PropertyInfo property)
    {
        MethodInfo any = property.GetAccessors(true).First(IsOpen);
        string name = property.GetIndexParameters() is { Length: > 0 } keys ? $"this[{string.Join(", ", keys.Select(Parameter))}]" : property.Name;
        string get = property.GetMethod is { } getter && IsOpen(getter) ? "get; " : "";
        string set = property.SetMethod is not { } setter || !IsOpen(setter) ? ""
            : setter.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) ? "init; " : "set; ";
        string required = property.IsDefined(typeof(RequiredMemberAttribute)) ? "required " : "";
        return $"{Access(any)}{required}{Name(property.PropertyType, Nullability.Create(property))} {name} {{ {get}{set}}}";
    }

    private static string Method(MethodInfo method)
    {
        string generic = method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(Name))}>" : "";
        return $"{Access(method)}{Name(method.ReturnType, Nullability.Create(method.ReturnParameter))} {method.Name}{generic}({Parameters(method)})";
    }

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(Parameter));

    private static string Parameter(ParameterInfo parameter)
    {
        string prefix = parameter.IsOut ? "out " : parameter.ParameterType.IsByRef ? "ref "
            : parameter.IsDefined(typeof(ParamArrayAttribute)) ? "params " : "";
        string fallback = !parameter.HasDefaultValue ? "" : parameter.RawDefaultValue switch
        {
            null => parameter.ParameterType.IsValueType ? " = default" : " = null",
            string text => $" = \"{text}\"",
            bool flag => flag ? " = true" : " = false",
            object value => string.Create(CultureInfo.InvariantCulture, $" = {value}"),
        };
        return $"{prefix}{Name(parameter.ParameterType, Nullability.Create(parameter))} {parameter.Name}{fallback}";
    }

    private static string Name(Type type) => Name(type, null);

    private static string Name(Type type, NullabilityInfo? nullability)
    {
        if (type.IsByRef) return Name(type.GetElementType()!, nullability);
        if (Nullable.GetUnderlyingType(type) is { } inner) return Name(inner) + "?";
        string mark = !type.IsValueType && nullability?.ReadState == NullabilityState.Nullable ? "?" : "";
        if (type.IsArray) return $"{Name(type.GetElementType()!, nullability?.ElementType)}[{new string(',', type.GetArrayRank() - 1)}]{mark}";
        string name = Type.GetTypeCode(type) switch
        {
            _ when type.IsEnum || type.IsGenericParameter => type.Name,
            TypeCode.Boolean => "bool",
            TypeCode.Byte => "byte",
            TypeCode.Int32 => "int",
            TypeCode.UInt32 => "uint",
            TypeCode.Int64 => "long",
            TypeCode.UInt64 => "ulong",
            TypeCode.Single => "float",
            TypeCode.Double => "double",
            TypeCode.String => "string",
            _ => type == typeof(void) ? "void" : type == typeof(object) ? "object" : type.Name.Split('`')[0],
        };
        if (type.IsNested && !type.IsGenericParameter) name = $"{Name(type.DeclaringType!)}.{name}";
        if (!type.IsGenericType) return name + mark;
        Type[] arguments = type.GetGenericArguments();
        NullabilityInfo[] states = nullability?.GenericTypeArguments ?? [];
        return $"{name}<{string.Join(", ", arguments.Select((argument, i) => Name(argument, i < states.Length ? states[i] : null)))}>{mark}";
    }
}
