using System.ComponentModel;
using System.Globalization;

namespace RewardScaling.Numerics;

/// <summary>
/// Lets a quantity be written as text where types are found out at run time: configuration binding asks for a converter, and what
/// has none it leaves at its default without a word.
/// </summary>
/// <typeparam name="T">The quantity.</typeparam>
internal sealed class QuantityConverter<T> : TypeConverter where T : IParsable<T>
{
    /// <inheritdoc/>
    public override bool CanConvertFrom(ITypeDescriptorContext? context, Type sourceType) =>
        sourceType == typeof(string) || base.CanConvertFrom(context, sourceType);

    /// <inheritdoc/>
    public override object? ConvertFrom(ITypeDescriptorContext? context, CultureInfo? culture, object value) =>
        value is string text ? T.Parse(text, culture ?? CultureInfo.InvariantCulture) : base.ConvertFrom(context, culture, value);
}
