"""Groups that fields of several models name."""

# Who reads numbers and addresses in full. All others see them masked, and cannot search for them.
FULL = "l10n_latam_dunning.group_dunning_privacy,base.group_system"
